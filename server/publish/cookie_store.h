// Where the secrets of DNS cookies come from: the configuration, which servers of an anycast
// address share; else a file of our own in the state folder, so that a restart keeps cookies valid;
// else chance.
#pragma once

#include <string>

#include "dns/base/files.h"
#include "dns/cookie.h"
#include "server/config/server_options.h"

namespace server {

// A fault if a file that was asked for cannot be read, or has no secrets in it.
dns::Result<dns::CookieSecrets> cookie_secrets(const ServerOptions& options,
                                               const std::string& state_folder,
                                               const dns::Files& files);

}  // namespace server
