#include "zones/text_scan.h"

#include <algorithm>

namespace zones {

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() && begins_with(a, b);
}

bool begins_with(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (dns::lower(static_cast<uint8_t>(text[i])) != dns::lower(static_cast<uint8_t>(word[i])))
            return false;
    return true;
}

bool contains_word(std::string_view text, std::string_view word) {
    for (size_t at = 0; at + word.size() <= text.size(); ++at)
        if (begins_with(text.substr(at), word)) return true;
    return false;
}

JoinedText::JoinedText(dns::Octets rdata) {
    view_ = first_string(rdata);
    if (view_.size() + 1 >= rdata.size()) return;
    char* out = small_.data();
    if (rdata.size() > small_.size()) {
        large_.resize(rdata.size());
        out = large_.data();
    }
    size_t size = 0;
    for (size_t at = 0; at < rdata.size() && at + 1 + rdata[at] <= rdata.size();
         at += rdata[at] + size_t{1}) {
        std::copy_n(rdata.data() + at + 1, rdata[at], out + size);
        size += rdata[at];
    }
    view_ = {out, size};
}

bool TagWalk::next(std::string_view& name, std::string_view& value) {
    while (!rest_.empty()) {
        size_t end = rest_.find(';');
        std::string_view tag = trim(rest_.substr(0, end));
        rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
        if (tag.empty()) {
            // One at the very end is usual; more are not.
            if (trim(rest_).empty()) return false;
            fault_ = "there is nothing between two semicolons";
            return false;
        }
        size_t equals = tag.find('=');
        if (equals == std::string_view::npos) {
            fault_ = "a tag has no '='";
            return false;
        }
        name = trim(tag.substr(0, equals));
        value = trim(tag.substr(equals + 1));
        if (!name.empty()) return true;
        fault_ = "a tag has no name";
        return false;
    }
    return false;
}

}  // namespace zones
