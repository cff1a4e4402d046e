// The directives: $ORIGIN, $TTL, $INCLUDE; $GENERATE is in generate.cpp, those of patches in
// patch_directives.cpp.
#include "zoneparser/entries.h"
#include "zoneparser/rules_table.h"

namespace zoneparser {

bool EntryReader::is_directive(const Entry& entry) const {
    if (entry.starts_blank || entry.tokens.empty()) return false;
    const Token& first = entry.tokens[0];
    return *first.begin == '$' && first.begin == entry.begin;
}

bool EntryReader::is_deferred(const Entry& entry) const {
    std::string_view keyword = entry.tokens[0].text();
    for (std::string_view deferred : {"$INCLUDE", "$GENERATE", "$REPLACE", "$REMOVE"})
        if (equal_word(keyword, deferred)) return true;
    return false;
}

EntryReader::End EntryReader::read_directive(const Entry& entry) {
    struct Row {
        const char* keyword;
        End (EntryReader::*read)(Tokens);
    };
    static constexpr Row kDirectives[] = {
        {"$ORIGIN", &EntryReader::read_origin},
        {"$TTL", &EntryReader::read_default_ttl},
        {"$INCLUDE", &EntryReader::read_include},
        {"$GENERATE", &EntryReader::read_generate},
        {"$REPLACE", &EntryReader::read_replace},
        {"$REMOVE", &EntryReader::read_remove},
    };
    Tokens tokens = entry.tokens;
    if (entry.fault != LexicalFault::none) {
        report_lexical(entry);
        return End::reached;
    }
    if (!escapes_are_good(tokens)) return End::reached;
    for (const Row& row : kDirectives)
        if (equal_word(tokens[0].text(), row.keyword)) return (this->*row.read)(tokens);
    std::string hint;
    for (const Row& row : kDirectives)
        if (nearly_equal(tokens[0].text(), row.keyword))
            hint = std::string("did you mean ") + row.keyword + "?";
    if (hint.empty() && setting_.operations != nullptr)
        hint =
            "in a patch there are $REPLACE and $REMOVE besides $ORIGIN, $TTL, $INCLUDE and "
            "$GENERATE";
    report(kUnknownDirective, tokens[0], {printable(tokens[0].text())}, hint);
    return End::reached;
}

bool EntryReader::has_arguments(Tokens tokens, size_t least, size_t most, const char* needed) {
    std::string keyword = printable(tokens[0].text());
    if (tokens.size() <= least)
        return report_behind(kBadDirective, tokens.back(), {keyword, needed});
    if (tokens.size() <= most + 1) return true;
    const Token& extra = tokens[most + 1];
    return report(kBadDirective, extra, {keyword, "ends before " + quoted(extra.text())});
}

EntryReader::End EntryReader::read_origin(Tokens tokens) {
    if (!has_arguments(tokens, 1, 1, "needs a name")) return End::reached;
    uint8_t name[dns::kMaxName];
    std::string reason;
    size_t size = parse_name(tokens[1], state_.origin, name, reason);
    if (size == 0) {
        report_name(tokens[1], reason);
        return End::reached;
    }
    state_.origin = dns::Name(dns::NameView(name, size));
    owner_text_ = {};
    return End::reached;
}

EntryReader::End EntryReader::read_default_ttl(Tokens tokens) {
    if (!has_arguments(tokens, 1, 1, "needs a TTL")) return End::reached;
    StatedTtl ttl;
    if (read_ttl(tokens[1], ttl)) state_.default_ttl = ttl;
    return End::reached;
}

EntryReader::End EntryReader::read_include(Tokens tokens) {
    if (!has_arguments(tokens, 1, 2, "needs the name of a file")) return End::reached;
    const Token& file = tokens[1];
    std::string path(file.size(), '\0');
    size_t size = path.size();
    std::string reason;
    if (!unescape(file, reinterpret_cast<uint8_t*>(path.data()), size, reason) || size == 0) {
        report(kBadDirective, file, {"$INCLUDE", "needs the name of a file"});
        return End::reached;
    }
    path.resize(size);
    // The system would take the part before it for the whole.
    if (path.find('\0') != path.npos) {
        report(kBadDirective, file, {"$INCLUDE", "names a file with an octet of value zero"});
        return End::reached;
    }
    include_ = {path, state_.origin, file.line, file.column};
    if (tokens.size() == 3) {
        uint8_t name[dns::kMaxName];
        size_t name_size = parse_name(tokens[2], state_.origin, name, reason);
        if (name_size == 0) {
            report_name(tokens[2], reason);
            return End::reached;
        }
        include_.origin = dns::Name(dns::NameView(name, name_size));
    }
    return End::include;
}

}  // namespace zoneparser
