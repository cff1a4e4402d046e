// Names as the reference sees them: a list of labels, compared one by one. Written from the RFCs,
// and kept apart from dns/name on purpose: what is compared must not share its mistakes.
//
//   "www.Example.com."   { "www", "Example", "com" }       the root: { }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"

namespace apex_tests::reference {

using Name = std::vector<std::string>;

std::string lower(std::string text);
Name lower(Name name);
bool same(const Name& a, const Name& b);
bool is_at_or_below(const Name& name, const Name& ancestor);
inline bool is_below(const Name& name, const Name& ancestor) {
    return name.size() > ancestor.size() && is_at_or_below(name, ancestor);
}
// The ancestor that has `labels` labels.
Name last_labels(const Name& name, size_t labels);
Name child(const std::string& label, const Name& parent);
Name joined(const Name& relative, const Name& parent);

// Canonical order (RFC 4034 6.1): less than 0, 0 or more than 0.
int compare(const Name& a, const Name& b);

// The ways in and out.
Name from_wire(dns::NameView wire);  // absolute, or relative to an apex
Name from_text(std::string_view text);
std::string to_wire(const Name& name);
size_t wire_size(const Name& name);
bool is_legal(const Name& name);
std::string to_text(const Name& name);
dns::Name to_dns(const Name& name);
inline dns::Name dns_name(std::string_view text) {
    return to_dns(from_text(text));
}

}  // namespace apex_tests::reference
