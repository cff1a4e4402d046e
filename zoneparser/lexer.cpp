#include "zoneparser/lexer.h"

#include <array>
#include <bit>
#include <boost/spirit/home/x3.hpp>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "dns/name.h"
#include "dns/rr_types.h"

namespace zoneparser {

namespace x3 = boost::spirit::x3;

namespace {

enum Kind : uint8_t {
    plain,
    blank,
    newline,
    carriage_return,
    comment,
    open,
    close,
    quote,
    escape,
    nul
};

constexpr std::array<uint8_t, 256> make_kinds() {
    std::array<uint8_t, 256> kinds{};
    kinds[' '] = kinds['\t'] = blank;
    kinds['\n'] = newline;
    kinds['\r'] = carriage_return;
    kinds[';'] = comment;
    kinds['('] = open;
    kinds[')'] = close;
    kinds['"'] = quote;
    kinds['\\'] = escape;
    kinds[0] = nul;
    return kinds;
}
constexpr auto kKinds = make_kinds();

Kind kind_of(char octet) {
    return static_cast<Kind>(kKinds[static_cast<uint8_t>(octet)]);
}

const char* find_newline(const char* at, const char* end) {
    const void* found = std::memchr(at, '\n', static_cast<size_t>(end - at));
    return found != nullptr ? static_cast<const char*>(found) : end;
}

// A carriage return counts as a blank before a line end only.
bool ends_line(const char* carriage_return, const char* end) {
    return carriage_return + 1 == end || carriage_return[1] == '\n';
}

#if defined(__SSE2__)
inline __m128i load16(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
inline __m128i equal16(__m128i octets, char c) {
    return _mm_cmpeq_epi8(octets, _mm_set1_epi8(c));
}

// Whatever may end a word, and a few octets that never do: all up to ')', semicolon, backslash.
inline unsigned word_ends(const char* at) {
    const __m128i octets = load16(at);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(octets, _mm_set1_epi8(')')), octets);
    const __m128i others = _mm_or_si128(equal16(octets, ';'), equal16(octets, '\\'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, others)));
}

inline unsigned string_ends(const char* at) {
    const __m128i octets = load16(at);
    const __m128i ends = _mm_or_si128(_mm_or_si128(equal16(octets, '"'), equal16(octets, '\\')),
                                      _mm_or_si128(equal16(octets, '\n'), equal16(octets, 0)));
    return static_cast<unsigned>(_mm_movemask_epi8(ends));
}
#endif

inline const char* word_end(const char* at, const char* end) {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16)
        if (unsigned mask = word_ends(at)) return at + std::countr_zero(mask);
#endif
    while (at != end && static_cast<uint8_t>(*at) > ')' && kind_of(*at) == plain) ++at;
    return at;
}

// Where the text of a word ends that holds no escape.
const char* plain_end(const char* at, const char* end) {
    for (at = word_end(at, end); at != end && kind_of(*at) == plain;) at = word_end(at + 1, end);
    return at;
}

inline const char* string_end(const char* at, const char* end) {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16)
        if (unsigned mask = string_ends(at)) return at + std::countr_zero(mask);
#endif
    while (at != end && *at != '"' && *at != '\\' && *at != '\n' && *at != 0) ++at;
    return at;
}

// What the skipper and the token parsers know together while one entry is read.
struct State {
    Entry& entry;
    const char* line_begin;
    uint32_t line;
    const char* last_end = nullptr;  // behind the last token, its quote counted

    uint32_t depth = 0;  // of parentheses
    uint32_t open_line = 0, open_column = 0;
    // The first line inside the parentheses that looks like an entry of its own.
    const char* resume = nullptr;
    uint32_t resume_line = 0;
    bool halted = false;

    uint32_t column(const char* at) const { return static_cast<uint32_t>(at - line_begin) + 1; }

    // The first one is kept. One behind a line that looks like an entry confirms that it is one.
    void fault(LexicalFault what, const char* at) {
        if (resume != nullptr) return halt();
        keep(what, line, column(at));
    }

    // Gives up the entry: its parenthesis is never closed. What had been wrong inside of it before
    // stays the fault to report.
    void halt() {
        keep(LexicalFault::unclosed_parenthesis, open_line, open_column);
        halted = true;
    }

    void keep(LexicalFault what, uint32_t at_line, uint32_t at_column) {
        if (entry.fault != LexicalFault::none) return;
        entry.fault = what;
        entry.fault_line = at_line;
        entry.fault_column = at_column;
    }

    void begin_line(const char* at, const char* end) {
        line_begin = at;
        ++line;
        if (depth == 0 || resume != nullptr || at == end) return;
        if (*at != '$' && (kind_of(*at) != plain || !looks_like_record(at, end))) return;
        resume = at;
        resume_line = line;
        if (*at == '$') halt();
    }

    void add(const char* begin, const char* end, bool quoted, bool escaped) {
        const char* from = begin - quoted;
        const bool joined = from == last_end;
        last_end = end + quoted;
        entry.escaped |= escaped;
        if (!entry.tokens.add({begin, end, line, column(from), quoted, escaped, joined}))
            fault(LexicalFault::too_many_tokens, from);
    }
};

// Blanks, comments, parentheses, and line ends within parentheses: all that stands between tokens.
// It takes everything there is in one call, so it never needs to be called again.
struct Gap : x3::parser<Gap> {
    using attribute_type = x3::unused_type;
    [[maybe_unused]] static constexpr bool has_attribute = false;
    State* state;

    explicit Gap(State& state) : state(&state) {}

    template <class Iterator, class Context, class RuleContext, class Attribute>
    bool parse(Iterator& first, const Iterator& last, const Context&, RuleContext&,
               Attribute&) const {
        const char* at = first;
        while (at != last && kind_of(*at) == blank) ++at;
        first = at == last || ends_here(kind_of(*at)) ? at : skip_all(at, last);
        return false;
    }

    bool ends_here(Kind kind) const {
        return kind == plain || (kind == newline && state->depth == 0);
    }

    [[gnu::noinline]] const char* skip_all(const char* at, const char* last) const {
        for (; at != last; ++at) {
            const Kind kind = kind_of(*at);
            if (kind == blank) continue;
            if (kind == plain || !skip(kind, at, last)) break;
            if (state->halted) return last;
        }
        return at;
    }

    // Steps to the last octet of what is skipped; false if a token or the entry's end stands there.
    bool skip(Kind kind, const char*& at, const char* last) const {
        switch (kind) {
            case newline:
                if (state->depth == 0) return false;
                state->begin_line(at + 1, last);
                return true;
            case carriage_return:
                return ends_line(at, last);
            case comment:
                at = find_newline(at, last) - 1;
                return true;
            case open:
                open_group(at);
                return true;
            case close:
                close_group(at);
                return true;
            default:
                return false;
        }
    }

    void open_group(const char* at) const {
        if (state->depth > 0) {
            state->fault(LexicalFault::nested_parenthesis, at);
            if (state->halted) return;
        } else {
            state->open_line = state->line;
            state->open_column = state->column(at);
        }
        ++state->depth;
    }

    void close_group(const char* at) const {
        if (state->depth == 0) return state->fault(LexicalFault::unexpected_parenthesis, at);
        if (--state->depth == 0) state->resume = nullptr;
    }
};

struct Word : x3::parser<Word> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    State* state;

    explicit Word(State& state) : state(&state) {}

    template <class Iterator, class Context, class RuleContext, class Attribute>
    bool parse(Iterator& first, const Iterator& last, const Context& context, RuleContext&,
               Attribute&) const {
        x3::skip_over(first, last, context);
        if (first == last || *first == '\n') return false;
        const char* at = word_end(first, last);
        if (at == last || is_end(*at)) {
            if (at == first) return false;
            state->add(first, at, false, false);
            first = state->halted ? last : at;
            return true;
        }
        return parse_special(first, at, last);
    }

    // What ends a word beyond doubt.
    static bool is_end(char octet) {
        const Kind kind = kind_of(octet);
        return kind == blank || kind == newline;
    }

    [[gnu::noinline]] bool parse_special(const char*& first, const char* at,
                                         const char* last) const {
        bool escaped = false;
        while (at != last && take_special(at, last, escaped)) at = word_end(at, last);
        if (at == first) return false;
        state->add(first, at, false, escaped);
        first = state->halted ? last : at;
        return true;
    }

    // Steps over what belongs to the word though it looks special; false at the word's end.
    bool take_special(const char*& at, const char* last, bool& escaped) const {
        switch (kind_of(*at)) {
            case escape:
                escaped = true;
                ++at;
                if (at != last && *at != '\n') ++at;
                return true;
            case carriage_return:
                if (ends_line(at, last)) return false;
                break;
            case nul:
                state->fault(LexicalFault::nul_octet, at);
                break;
            case plain:
                break;  // an octet without a meaning
            default:
                return false;
        }
        ++at;
        return true;
    }
};

#if defined(__SSE2__)
// A bit for each of 64 octets: those that may end a word (word_ends), and the blanks among them.
struct Classes {
    uint64_t ends = 0;
    uint64_t blanks = 0;
};

inline Classes classify(const char* at) {
    Classes classes;
    for (int i = 0; i < 64; i += 16) {
        const __m128i octets = load16(at + i);
        const __m128i blanks = _mm_or_si128(equal16(octets, ' '), equal16(octets, '\t'));
        classes.ends |= uint64_t{word_ends(at + i)} << i;
        classes.blanks |= uint64_t{static_cast<unsigned>(_mm_movemask_epi8(blanks))} << i;
    }
    return classes;
}

// Nearly all lines are words and blanks and nothing else: for those the grammar would do no more
// than this. Stops at the line's end, or before the first word or octet that it cannot vouch for;
// the tokens up to there are those that the grammar makes.
const char* take_plain_words(const char* at, const char* end, State& state) {
    TokenList& tokens = state.entry.tokens;
    const uint32_t line = state.line;
    const char* word = nullptr;  // the beginning of the one that is open
    for (uint64_t in_word = 0; end - at >= 64; at += 64) {
        const Classes classes = classify(at);
        const uint64_t words = ~classes.ends;
        const uint64_t stops = classes.ends & ~classes.blanks;
        uint64_t edges = words ^ (words << 1 | in_word);
        in_word = words >> 63;
        if (stops != 0) {
            // Up to the first of them; a word is at its end there only if the line is.
            const char* stop = at + std::countr_zero(stops);
            const uint64_t before = (stops & (~stops + 1)) - 1;
            edges &= *stop == '\n' ? stops ^ (stops - 1) : before;
        }
        for (; edges != 0; edges &= edges - 1) {
            const char* edge = at + std::countr_zero(edges);
            if (word == nullptr) {
                word = edge;
                continue;
            }
            if (!tokens.add({word, edge, line, state.column(word), false, false, false}))
                return word;
            state.last_end = edge;
            word = nullptr;
        }
        if (stops != 0) return word != nullptr ? word : at + std::countr_zero(stops);
    }
    return word != nullptr ? word : at;
}
#else
const char* take_plain_words(const char* at, const char*, State&) {
    return at;
}
#endif

struct String : x3::parser<String> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    State* state;

    explicit String(State& state) : state(&state) {}

    template <class Iterator, class Context, class RuleContext, class Attribute>
    bool parse(Iterator& first, const Iterator& last, const Context& context, RuleContext&,
               Attribute&) const {
        x3::skip_over(first, last, context);
        if (first == last || *first != '"') return false;
        const char* begin = first + 1;
        bool escaped = false;
        const char* at = string_end(begin, last);
        while (at != last && *at != '"' && *at != '\n') {
            if (*at == 0) state->fault(LexicalFault::nul_octet, at);
            if (*at == '\\') {
                escaped = true;
                if (at + 1 != last && at[1] != '\n') ++at;
            }
            at = string_end(at + 1, last);
        }
        if (at == last || *at == '\n') {
            at = recover(first, at, last);
            first = state->halted ? last : at;
            return true;
        }
        state->add(begin, at, true, escaped);
        first = state->halted ? last : at + 1;
        return true;
    }

    // The string is not closed on its line. If it is on one of the next ones, goes on behind it.
    const char* recover(const char* opening, const char* line_end, const char* last) const {
        uint32_t lines = 0;
        const char* closing = find_closing(line_end, last, lines);
        if (closing == nullptr) {
            state->fault(LexicalFault::unclosed_quote, opening);
            // A parenthesis that was swallowed closes the group, or there would be two errors.
            if (std::memchr(opening, ')', static_cast<size_t>(line_end - opening)) != nullptr)
                state->depth = 0;
            return line_end;
        }
        state->fault(LexicalFault::newline_in_quotes, opening);
        state->line += lines;
        while (closing[-1] != '\n') --closing;
        state->line_begin = closing;
        return find_quote(closing, find_newline(closing, last)) + 1;
    }

    static const char* find_quote(const char* at, const char* end) {
        while (at != end && *at != '"') at += *at == '\\' && at + 1 != end ? 2 : 1;
        return at;
    }

    // The quote that closes a string some lines further on: the first quote there, if that line
    // has an odd number of them and none of the lines up to it reads like a record.
    static const char* find_closing(const char* line_end, const char* last, uint32_t& lines) {
        constexpr uint32_t kMostLines = 32;
        constexpr std::ptrdiff_t kMostOctets = 16384;
        const char* limit = last - line_end < kMostOctets ? last : line_end + kMostOctets;
        while (lines < kMostLines && line_end != limit && line_end + 1 != limit) {
            const char* begin = line_end + 1;
            ++lines;
            if (*begin == '$' || looks_like_record(begin, last)) return nullptr;
            line_end = find_newline(begin, limit);
            const char* first_quote = find_quote(begin, line_end);
            if (first_quote == line_end) continue;
            size_t count = 0;
            for (const char* at = first_quote; at != line_end; ++count)
                at = find_quote(at + 1, line_end);
            return count % 2 == 1 ? first_quote : nullptr;
        }
        return nullptr;
    }
};

bool equal_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           dns::equal_case_blind(reinterpret_cast<const uint8_t*>(a.data()),
                                 reinterpret_cast<const uint8_t*>(b.data()), a.size());
}

bool reads_as_ttl(std::string_view word) {
    if (word[0] < '0' || word[0] > '9') return false;
    return word.find_first_not_of("0123456789wWdDhHmMsS") == word.npos;
}

bool reads_as_class(std::string_view word) {
    return equal_word(word, "IN") || equal_word(word, "CH") || equal_word(word, "HS") ||
           (word.size() > 5 && equal_word(word.substr(0, 5), "CLASS"));
}

}  // namespace

bool looks_like_record(const char* at, const char* end) {
    // Owner, TTL and class may stand before the type, and a word of data behind it.
    bool may_be_owner = at != end && kind_of(*at) == plain;
    for (int words = 0; words < 4; ++words) {
        while (at != end && kind_of(*at) == blank) ++at;
        const char* begin = at;
        at = plain_end(at, end);
        if (at == begin || at == end || kind_of(*at) != blank) return false;
        std::string_view word(begin, static_cast<size_t>(at - begin));
        uint16_t type;
        if (may_be_owner) {
            may_be_owner = false;
        } else if (dns::read_type(word, type)) {
            while (at != end && kind_of(*at) == blank) ++at;
            return at != end && kind_of(*at) != newline && kind_of(*at) != comment;
        } else if (!reads_as_ttl(word) && !reads_as_class(word)) {
            return false;
        }
    }
    return false;
}

bool TokenList::grow() {
    size_t used = memory_.size();
    if (used == kMaxTokens) return false;
    memory_.resize(used == 0 ? 64 : used * 2);
    begin_ = memory_.data();
    end_ = begin_ + used;
    limit_ = begin_ + memory_.size();
    return true;
}

bool Lexer::next(Entry& entry, const char* until) {
    while (at_ < until) {
        const Kind first = kind_of(*at_);
        if (first == newline || first == comment) {
            at_ = first == newline ? at_ : find_newline(at_, end_);
            at_ += at_ != end_;
            ++line_;
            continue;
        }
        entry.tokens.clear();
        entry.begin = at_;
        entry.line = line_;
        entry.starts_blank = first == blank;
        entry.escaped = false;
        entry.fault = LexicalFault::none;

        State state{entry, at_, line_};
        at_ = take_plain_words(at_, end_, state);
        if (at_ == end_ || *at_ != '\n') {
            const Word word(state);
            const String string(state);
            x3::phrase_parse(at_, end_, *(word | string), Gap(state));
        }

        if (state.depth > 0 && !state.halted) state.halt();
        if (state.depth > 0 && state.resume != nullptr) {
            at_ = state.resume;
            line_ = state.resume_line;
        } else {
            line_ = state.line + 1;
            at_ += at_ != end_;
        }
        if (!entry.tokens.empty() || entry.fault != LexicalFault::none) return true;
    }
    return false;
}

}  // namespace zoneparser
