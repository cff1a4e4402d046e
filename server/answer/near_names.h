// Names that stand for others: made below or beside a name that exists, for questions about names
// that do not.
//
//   any_child      any-name.example.com.    what a person would try; with numbers behind it
//   first_child    \000.example.com.        nothing stands between it and its parent
//   next_sibling   www\000.example.com.     nothing stands between it and all below www
#pragma once

#include <string>

#include "dns/name.h"

namespace server {

// False if no such name fits. Each `number` gives another name.
bool any_child(dns::NameView parent, size_t number, dns::Name& out);
bool first_child(dns::NameView parent, dns::Name& out);
bool next_sibling(dns::NameView name, dns::Name& out);

// The name in lower case: one for all that are equal.
std::string key_of(dns::NameView name);

}  // namespace server
