// Text of strangers, made fit to be shown: what would move the cursor, change colours, turn the
// direction of writing or is no UTF-8 is shown as \DDD, octet by octet, as zone files write it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server {

// One unit of text at the start of `text`: a printable character, or an octet that is shown as
// \DDD. Tabs are units of their own, and none of the two.
struct TextUnit {
    size_t octets;   // taken from the text
    size_t columns;  // on a terminal
    bool escaped;
};
TextUnit first_unit(std::string_view text);

// Appends the unit as it is shown.
void append_unit(std::string& out, std::string_view text, TextUnit unit);

// All of a text; tabs become \009 too.
void append_visible(std::string& out, std::string_view text);
std::string visible(std::string_view text);

}  // namespace server
