#include "zoneparser/entries.h"

#include <algorithm>
#include <cstring>

#include "dns/rr_types.h"
#include "zoneparser/rules_table.h"

namespace zoneparser {

namespace {

// Seconds in digits alone, as nearly all TTLs are written. False: something else, or too much.
bool read_seconds(std::string_view text, uint32_t& seconds) {
    if (text.size() > 9) return false;
    uint32_t value = 0;
    for (char c : text) {
        uint32_t digit = static_cast<uint8_t>(c) - uint32_t{'0'};
        if (digit > 9) return false;
        value = value * 10 + digit;
    }
    seconds = value;
    return true;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_signed(std::string_view text) {
    return text.size() > 1 && (text[0] == '-' || text[0] == '+') && is_digit(text[1]);
}

// What stands where a TTL or the type should, and is likely no failed attempt at a TTL.
bool reads_as_address(std::string_view text) {
    return std::count(text.begin(), text.end(), '.') == 3 ||
           std::count(text.begin(), text.end(), ':') > 1;
}

// Short ones, as the words of a zone are, without a call.
bool equal_octets(const char* a, const char* b, size_t size) {
    if (size > 16) return std::memcmp(a, b, size) == 0;
    auto* x = reinterpret_cast<const uint8_t*>(a);
    auto* y = reinterpret_cast<const uint8_t*>(b);
    if (size < 8) return dns::load_short(x, size) == dns::load_short(y, size);
    return dns::load8(x) == dns::load8(y) && dns::load8(x + size - 8) == dns::load8(y + size - 8);
}

uint32_t load_u32(const uint8_t* from) {
    return uint32_t{from[0]} << 24 | uint32_t{from[1]} << 16 | uint32_t{from[2]} << 8 | from[3];
}

}  // namespace

bool equal_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           dns::equal_case_blind(reinterpret_cast<const uint8_t*>(a.data()),
                                 reinterpret_cast<const uint8_t*>(b.data()), a.size());
}

bool reads_as_class(std::string_view word, bool& internet) {
    internet = false;
    if (word.size() == 2) {
        const int first = word[0] | 0x20, second = word[1] | 0x20;
        internet = first == 'i' && second == 'n';
        return internet || (first == 'c' && (second == 'h' || second == 's')) ||
               (first == 'h' && second == 's');
    }
    if (word.size() < 4) return false;
    for (std::string_view other : {"NONE", "CHAOS", "HESIOD"})
        if (equal_word(word, other)) return true;
    // CLASSnnn (RFC 3597 5).
    if (word.size() < 6 || word.size() > 10 || !equal_word(word.substr(0, 5), "CLASS"))
        return false;
    uint32_t number;
    if (!read_seconds(word.substr(5), number) || number > 0xffff) return false;
    internet = number == 1;
    return true;
}

void InheritedTtl::follow(const InheritedTtl& left, const TtlUse& use) {
    if (use.inherited) *this = left;
    if (use.stated) last = left.last;
    if (use.stated_minimum) minimum = left.minimum;
}

EntryReader::End EntryReader::read(const char* until) {
    Entry& entry = scratch_.entry;
    while (lexer_.next(entry, until)) {
        if (is_directive(entry)) {
            if (setting_.sources == nullptr && is_deferred(entry)) {
                lexer_.step_back(entry);
                return End::deferred;
            }
            End end = read_directive(entry);
            if (end != End::reached) return end;
        } else if (!read_record(entry)) {
            lexer_.step_back(entry);
            return End::needs_ttl;
        }
    }
    return End::reached;
}

// False if it cannot be read before more is known; all else is settled here, errors too.
bool EntryReader::read_record(const Entry& entry) {
    Tokens tokens = entry.tokens;
    size_t at = 0;
    std::string& reason = scratch_.reason;
    bool owner_good = true;
    if (!entry.starts_blank && !tokens.empty()) owner_good = take_owner(tokens[at++], reason);
    if (entry.fault != LexicalFault::none) return report_lexical(entry), true;
    if (entry.escaped && !escapes_are_good(tokens)) return true;
    if (!owner_good) return report_name(tokens[0], reason), true;
    if (entry.starts_blank && !owner_known(tokens[0])) return true;

    Head head;
    if (!read_head(tokens, at, head)) return true;
    const Token& type_token = tokens[at - 1];
    FieldFault& fault = scratch_.fault;
    scratch_.rdata.clear();
    if (!parse_rdata(head.type, tokens.subspan(at), state_.origin, scratch_.rdata, fault)) {
        report_rdata(head.type, tokens.subspan(at), type_token, fault);
        return true;
    }
    if (head.type == dns::type::SOA && scratch_.rdata.size() >= 4) {
        const uint8_t* end = scratch_.rdata.data() + scratch_.rdata.size();
        state_.inherited.minimum = {true, load_u32(end - 4)};
        ttl_use_.stated_minimum = true;
    }
    uint32_t ttl;
    if (!settle_ttl(head, tokens[0], ttl)) return false;
    if (state_.owner_is == EntryState::Owner::known)
        append_record(state_.owner, {setting_.source, tokens[0].line, tokens[0].column}, ttl,
                      head.type);
    return true;
}

bool EntryReader::take_owner(const Token& token, std::string& reason) {
    std::string_view text = token.text();
    if (!token.quoted && text == owner_text_ && !text.empty()) return true;
    uint8_t name[dns::kMaxName];
    size_t size = parse_name(token, state_.origin, name, reason);
    run_open_ = false;
    if (size == 0) {
        owner_text_ = {};
        state_.owner_is = EntryState::Owner::broken;
        return false;
    }
    owner_text_ = text;
    state_.owner = dns::Name(dns::NameView(name, size));
    state_.owner_is = EntryState::Owner::known;
    return true;
}

// For an entry that takes over the owner of the record before. A broken one was reported there.
bool EntryReader::owner_known(const Token& first) {
    if (state_.owner_is != EntryState::Owner::none) return true;
    const bool directive = first.size() > 0 && *first.begin == '$';
    report(kNoOwner, first, {},
           directive ? "a directive begins in the first column of its line" : "");
    state_.owner_is = EntryState::Owner::broken;
    return false;
}

EntryReader::KnownHead& EntryReader::known_head(const char* begin, size_t size) {
    // NS and DS are of one size and end alike.
    const size_t slot = size * 5 + static_cast<uint8_t>(begin[size - 1]) +
                        3 * static_cast<uint8_t>(begin[size > 1 ? size - 2 : 0]);
    return known_heads_[slot % kKnownHeads];
}

bool EntryReader::find_known_head(Tokens tokens, size_t& at, Head& head) {
    const Token& first = tokens[at];
    if (first.quoted || first.begin == first.end) return false;
    // A head ends with the first word that is neither TTL nor class, so at most one number of words
    // fits, and which is tried first does not matter.
    size_t words = usual_words_;
    for (size_t tried = 0; tried < 3; ++tried, words = words % 3 + 1) {
        if (at + words > tokens.size()) continue;
        const Token& last = tokens[at + words - 1];
        const size_t size = static_cast<size_t>(last.end - first.begin);
        const KnownHead& known = known_head(first.begin, size);
        if (known.size != size || known.words != words || last.quoted ||
            !equal_octets(known.begin, first.begin, size))
            continue;
        head = known.head;
        usual_words_ = words;
        at += words;
        return true;
    }
    return false;
}

bool EntryReader::read_head(Tokens tokens, size_t& at, Head& head) {
    if (at < tokens.size() && find_known_head(tokens, at, head)) return true;
    const size_t from = at;
    if (!read_new_head(tokens, at, head)) return false;
    const char* begin = tokens[from].begin;
    const size_t size = static_cast<size_t>(tokens[at - 1].end - begin);
    known_head(begin, size) = {begin, static_cast<uint32_t>(size), static_cast<uint32_t>(at - from),
                               head};
    return true;
}

// TTL and class, each at most once and in either order, then the type. `at` ends up behind it.
bool EntryReader::read_new_head(Tokens tokens, size_t& at, Head& head) {
    for (; at < tokens.size(); ++at) {
        const Token& token = tokens[at];
        std::string_view text = token.text();
        if (token.quoted || text.empty()) break;
        bool internet;
        if (is_digit(text[0]) || is_signed(text)) {
            if (!read_ttl(token, head.ttl)) return false;
        } else if (reads_as_class(text, internet)) {
            if (!internet) return report_class(token);
            if (head.has_class) return report(kWrongClass, token, {"IN is stated twice"});
            head.has_class = true;
        } else {
            break;
        }
    }
    if (at == tokens.size()) return report_behind(kMissingType, tokens[at - 1]);
    return read_type(tokens, at++, head.type);
}

bool EntryReader::read_ttl(const Token& token, StatedTtl& ttl) {
    std::string_view text = token.text();
    if (ttl.known) return report(kBadTtl, token, {quoted(text) + " is a second TTL, or no type"});
    uint32_t seconds;
    if (!read_seconds(text, seconds) && !parse_period(text, seconds)) {
        if (reads_as_address(text))
            return report(kMissingType, token, {}, "before an address, write A or AAAA");
        bool digits = text.find_first_not_of("0123456789") == text.npos;
        if (digits) return report(kTtlRange, token, {printable(text)});
        return report(kBadTtl, token, {quoted(text) + " is no TTL"});
    }
    if (seconds > kMaxTtl) return report(kTtlRange, token, {printable(text)});
    ttl = {true, seconds};
    return true;
}

bool EntryReader::read_type(Tokens tokens, size_t at, uint16_t& type) {
    const Token& token = tokens[at];
    if (token.quoted || !dns::read_type(token.text(), type)) return report_unknown_type(tokens, at);
    if (!dns::is_meta_type(type)) return true;
    return report(kMetaType, token, {printable(token.text())});
}

// The TTL written here, or $TTL, or the last one stated before (RFC 1035 5.1, RFC 2308 4). False
// if that is not known yet.
bool EntryReader::settle_ttl(const Head& head, const Token& first, uint32_t& ttl) {
    InheritedTtl& inherited = state_.inherited;
    if (head.ttl.known) {
        inherited.last = head.ttl;
        ttl_use_.stated = true;
    } else if (state_.default_ttl.known) {
        ttl = state_.default_ttl.seconds;
        return true;
    } else if (!ttl_use_.stated) {
        if (!setting_.inherited_known) return false;
        ttl_use_.inherited = true;
    }
    if (!inherited.last.known && inherited.minimum.known) {
        ttl = inherited.minimum.seconds < kMaxTtl ? inherited.minimum.seconds : kMaxTtl;
        if (!inherited.minimum_reported) report(kNoTtl, first, {std::to_string(ttl)});
        inherited.minimum_reported = true;
        return true;
    }
    if (!inherited.last.known) {
        // Said once; an hour is supposed for the rest, so that one omission is one error.
        report(kMissingTtl, first);
        inherited.last = {true, 3600};
    }
    ttl = inherited.last.seconds;
    return true;
}

void EntryReader::append_record(dns::NameView owner, dns::Place place, uint32_t ttl,
                                uint16_t type) {
    if (!run_open_) {
        run_open_ = true;
        batch_.open_run(owner);
    }
    const RdataBuffer& rdata = scratch_.rdata;
    batch_.append({place, ttl, type, static_cast<uint16_t>(rdata.size())}, rdata.data());
}

}  // namespace zoneparser
