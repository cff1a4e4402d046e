#include "server/cli/excerpt.h"

#include <algorithm>

#include "server/control/visible_text.h"

namespace server {

namespace {

constexpr std::string_view kCut = "...";

// A cut may have gone through a character: its last octets are left out.
size_t broken_octets(std::string_view text) {
    size_t count = 0;
    while (count < text.size() && count < 3 && (text[count] & 0xc0) == 0x80) ++count;
    return count;
}

// The mirror of the above: the first octets of a character that the cut behind went through.
size_t unfinished_octets(std::string_view text) {
    for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        auto octet = static_cast<unsigned char>(text[text.size() - back]);
        if ((octet & 0xc0) == 0x80) continue;
        size_t size = octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : octet >= 0xc0 ? 2 : 1;
        return size > back ? back : 0;
    }
    return 0;
}

}  // namespace

Excerpt make_excerpt(const LinePart& part) {
    Excerpt excerpt;
    std::string_view rest = part.octets;
    size_t before = part.column;
    if (part.cut_before) {
        excerpt.line = kCut;
        excerpt.caret.assign(kCut.size(), ' ');
        size_t broken = std::min(broken_octets(rest), before);
        rest.remove_prefix(broken);
        before -= broken;
    }
    if (part.cut_behind)
        rest.remove_suffix(std::min(unfinished_octets(rest), rest.size() - before));
    size_t taken = 0;
    while (!rest.empty()) {
        bool tab = rest[0] == '\t';
        TextUnit unit = tab ? TextUnit{1, 1, false} : first_unit(rest);
        append_unit(excerpt.line, rest, unit);
        // A column within a character points at the character.
        if (taken + unit.octets <= before) excerpt.caret.append(unit.columns, tab ? '\t' : ' ');
        taken += unit.octets;
        rest.remove_prefix(unit.octets);
    }
    if (part.cut_behind) excerpt.line += kCut;
    excerpt.caret += '^';
    return excerpt;
}

}  // namespace server
