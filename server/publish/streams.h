// Input that can be read only once: standard input, pipes, devices that a person named.
#pragma once

#include <memory>
#include <string>

#include "dns/base/result.h"

namespace server {

// True for a FIFO, a character device or a socket: what has to be read as a stream.
bool is_stream(const std::string& path);

// All octets up to the end, at most `most`. A path of "-" is standard input.
dns::Result<std::shared_ptr<const std::string>> read_stream(const std::string& path, size_t most);

}  // namespace server
