// The origin of a zone file that was named without one.
#include <algorithm>

#include "zoneparser/entries.h"
#include "zoneparser/parser.h"

namespace zoneparser {

namespace {

// The number of the type's token, if the entry reads like a record; else 0.
size_t type_token(const Entry& entry, uint16_t& type) {
    for (size_t at = entry.starts_blank ? 0 : 1; at < std::min<size_t>(entry.tokens.size(), 4);
         ++at)
        if (!entry.tokens[at].quoted && dns::read_type(entry.tokens[at].text(), type)) return at;
    return 0;
}

// What the directives and the owner of the SOA record say, for as long as all of it is absolute.
class OriginSearch {
  public:
    // False when nothing more is to be learnt.
    bool look_at(const Entry& entry) {
        if (entry.tokens.empty()) return true;
        const Token& first = entry.tokens[0];
        if (!entry.starts_blank && equal_word(first.text(), "$ORIGIN")) {
            if (entry.tokens.size() >= 2) take(entry.tokens[1], origin_);
            if (origin_ && !first_origin_) first_origin_ = origin_;
            return true;
        }
        if (*first.begin == '$') return true;
        if (!entry.starts_blank) {
            owner_.reset();
            take(first, owner_);
        }
        uint16_t type = 0;
        if (type_token(entry, type) == 0 || type != dns::type::SOA) return true;
        soa_owner_ = owner_;
        return false;
    }

    std::optional<dns::Name> result() const { return soa_owner_ ? soa_owner_ : first_origin_; }

  private:
    void take(const Token& token, std::optional<dns::Name>& name) const {
        const bool absolute = token.size() > 0 && token.end[-1] == '.' &&
                              (token.size() == 1 || token.end[-2] != '\\');
        if (!absolute && !origin_) return;
        uint8_t octets[dns::kMaxName];
        std::string reason;
        size_t size =
            parse_name(token, origin_ ? origin_->view() : dns::Name().view(), octets, reason);
        if (size > 0) name = dns::Name(dns::NameView(octets, size));
    }

    std::optional<dns::Name> origin_, first_origin_, owner_, soa_owner_;
};

std::optional<dns::Name> origin_of_file_name(std::string_view name) {
    if (size_t slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
    if (name.substr(0, 3) == "db.") {
        name.remove_prefix(3);
    } else {
        for (std::string_view ending : {".zone", ".db", ".txt"}) {
            if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
            name.remove_suffix(ending.size());
            break;
        }
    }
    dns::Name origin;
    std::string reason;
    if (name.empty() || !parse_name(name, origin, reason)) return std::nullopt;
    return origin;
}

}  // namespace

std::optional<dns::Name> guess_origin(std::string_view text, std::string_view file_name) {
    constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
    if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
    OriginSearch search;
    const char* end = text.data() + text.size();
    Lexer lexer(text.data(), end, 1);
    Entry entry;
    while (lexer.next(entry, end) && search.look_at(entry)) {
    }
    if (auto found = search.result()) return found;
    return origin_of_file_name(file_name);
}

}  // namespace zoneparser
