#include "zoneparser/words.h"

#include <algorithm>
#include <bit>
#include <boost/fusion/include/std_tuple.hpp>
#include <boost/spirit/home/x3.hpp>
#include <cstring>
#include <tuple>

#include "zoneparser/fields.h"

namespace zoneparser {

namespace x3 = boost::spirit::x3;

namespace {

using x3::standard::char_;
using x3::standard::digit;

// A leaf must take all of its word.
template <class Grammar, class Attribute>
bool parse_all(std::string_view text, const Grammar& grammar, Attribute& attribute) {
    const char* at = text.data();
    const char* end = at + text.size();
    return x3::parse(at, end, grammar, attribute) && at == end;
}

template <class Grammar>
bool parse_all(std::string_view text, const Grammar& grammar) {
    const char* at = text.data();
    const char* end = at + text.size();
    return x3::parse(at, end, grammar) && at == end;
}

constexpr x3::uint_parser<uint64_t, 10> decimal{};
constexpr x3::uint_parser<uint32_t, 10, 4, 4> four_digits{};
constexpr x3::uint_parser<uint32_t, 10, 2, 2> two_digits{};
constexpr x3::uint_parser<uint16_t, 16, 1, 4> hex_group{};
constexpr x3::uint_parser<uint8_t, 16, 2, 2> hex_pair{};

// An octet in decimal. Leading zeros are refused: some read them as octal.
const auto address_octet = !(x3::lit('0') >> digit) >> x3::uint_parser<uint8_t, 10, 1, 3>{};

const auto ipv4_address =
    address_octet >> '.' >> address_octet >> '.' >> address_octet >> '.' >> address_octet;
using Ipv4 = std::tuple<uint8_t, uint8_t, uint8_t, uint8_t>;

void store_ipv4(const Ipv4& from, uint8_t* to) {
    std::tie(to[0], to[1], to[2], to[3]) = from;
}

// Groups of hex with at most one `::`, which stands for one or more groups of zeros (RFC 4291 2.2).
struct Ipv6Parser : x3::parser<Ipv6Parser> {
    using attribute_type = x3::unused_type;
    uint8_t* address;

    explicit Ipv6Parser(uint8_t* address) : address(address) {}

    template <class Iterator, class Context, class RuleContext, class Attribute>
    bool parse(Iterator& first, const Iterator& last, const Context&, RuleContext&,
               Attribute&) const {
        Iterator at = first;
        size_t size = 0, gap = 17;
        bool separated = true;
        if (take_gap(at, last)) gap = 0;
        while (size < 16 && at != last && separated) {
            Iterator group_start = at;
            uint16_t group;
            if (!x3::parse(at, last, hex_group, group)) break;
            if (at != last && *at == '.') {
                at = group_start;
                Ipv4 embedded;
                if (size > 12 || !x3::parse(at, last, ipv4_address, embedded)) return false;
                store_ipv4(embedded, address + size);
                size += 4;
                separated = false;
                break;
            }
            address[size++] = static_cast<uint8_t>(group >> 8);
            address[size++] = static_cast<uint8_t>(group);
            if (gap > 16 && take_gap(at, last)) {
                gap = size;
            } else {
                separated = at != last && *at == ':';
                if (separated) ++at;
            }
        }
        bool ends_with_gap = gap == size;
        if (separated && !ends_with_gap) return false;
        if (gap > 16 ? size != 16 : size > 14) return false;
        if (gap <= 16) open_gap(gap, size);
        first = at;
        return true;
    }

  private:
    template <class Iterator>
    static bool take_gap(Iterator& at, const Iterator& last) {
        if (last - at < 2 || at[0] != ':' || at[1] != ':') return false;
        at += 2;
        return true;
    }
    void open_gap(size_t gap, size_t size) const {
        size_t tail = size - gap;
        std::memmove(address + 16 - tail, address + gap, tail);
        std::memset(address + gap, 0, 16 - size);
    }
};

// Puts a name together octet by octet, for names that hold escapes.
class NameWriter {
  public:
    explicit NameWriter(uint8_t* out) : out_(out) {}

    bool put(uint8_t octet) {
        if (size_ - label_ > dns::kMaxLabel) return fail("a label is longer than 63 octets");
        if (size_ >= dns::kMaxName) return fail("the name is longer than 255 octets");
        out_[size_++] = octet;
        return true;
    }
    bool end_label() {
        if (size_ == label_ + 1) return fail("a label is empty");
        out_[label_] = static_cast<uint8_t>(size_ - label_ - 1);
        label_ = size_;
        if (size_ >= dns::kMaxName) return fail("the name is longer than 255 octets");
        out_[size_++] = 0;
        return true;
    }
    size_t finish(dns::NameView origin) {
        if (size_ == label_ + 1) return size_;  // the last octet was a dot
        out_[label_] = static_cast<uint8_t>(size_ - label_ - 1);
        if (size_ + origin.size() > dns::kMaxName) {
            fail("the name is longer than 255 octets");
            return 0;
        }
        std::memcpy(out_ + size_, origin.data(), origin.size());
        return size_ + origin.size();
    }
    const char* reason() const { return reason_; }

  private:
    bool fail(const char* reason) {
        if (reason_ == nullptr) reason_ = reason;
        return false;
    }
    uint8_t* out_;
    size_t label_ = 0;  // where the length octet of the current label stands
    size_t size_ = 1;
    const char* reason_ = nullptr;
};

// \DDD or \X, each given to `put` (RFC 1035 5.1).
template <class Put>
auto escape(Put put) {
    return '\\' >> (x3::uint_parser<uint8_t, 10, 3, 3>{}[put] | (char_ - digit)[put]);
}

size_t read_escaped_name(std::string_view text, dns::NameView origin, uint8_t* out,
                         const char*& reason) {
    NameWriter writer(out);
    auto put = [&](auto& context) {
        x3::_pass(context) = writer.put(static_cast<uint8_t>(x3::_attr(context)));
    };
    auto end_label = [&](auto& context) { x3::_pass(context) = writer.end_label(); };
    if (!parse_all(text, +(escape(put) | x3::lit('.')[end_label] | (char_ - char_("\\."))[put]))) {
        reason = writer.reason() ? writer.reason()
                                 : "a backslash stands before \\DDD of at most 255 or a character";
        return 0;
    }
    size_t size = writer.finish(origin);
    reason = writer.reason();
    return size;
}

uint64_t load_little_endian(const char* from) {
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= uint64_t{static_cast<uint8_t>(from[i])} << (8 * i);
    return word;
}

// 0x80 in each octet that is a dot.
uint64_t find_dots(uint64_t word) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    word ^= kOnes * '.';
    return ~(((word & kOnes * 0x7f) + kOnes * 0x7f) | word | kOnes * 0x7f);
}

// Names without escapes, which are nearly all: the text is copied behind the first length octet,
// then each dot becomes the length octet of the label that it opens.
size_t read_plain_name(std::string_view text, dns::NameView origin, uint8_t* out,
                       const char*& reason) {
    size_t size = text.size();
    if (size >= dns::kMaxName) return reason = "the name is longer than 255 octets", 0;
    std::memcpy(out + 1, text.data(), size);
    size_t label = 0;
    auto end_label = [&](size_t end) {
        size_t length = end - label - 1;
        out[label] = static_cast<uint8_t>(length);
        label = end;
        return length - 1 < dns::kMaxLabel;
    };
    bool good = true;
    size_t at = 0;
    for (; at + 8 <= size; at += 8)
        for (uint64_t dots = find_dots(load_little_endian(text.data() + at)); dots != 0;
             dots &= dots - 1)
            good &= end_label(at + 1 + static_cast<size_t>(std::countr_zero(dots)) / 8);
    for (; at < size; ++at)
        if (text[at] == '.') good &= end_label(at + 1);
    bool absolute = label == size;
    if (!absolute) good &= size - label <= dns::kMaxLabel;
    if (!good) {
        reason = text.find("..") != text.npos || text[0] == '.'
                     ? "a label is empty"
                     : "a label is longer than 63 octets";
        return 0;
    }
    if (absolute) {
        out[size] = 0;
        return size + 1;
    }
    if (size + 1 + origin.size() > dns::kMaxName)
        return reason = "the name is longer than 255 octets", 0;
    out[label] = static_cast<uint8_t>(size - label);
    std::memcpy(out + size + 1, origin.data(), origin.size());
    return size + 1 + origin.size();
}

bool is_leap_year(uint32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr uint64_t days_before_year(uint64_t year) {
    uint64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

uint32_t days_in_month(uint32_t year, uint32_t month) {
    constexpr uint8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return kDays[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

// A unit of time: its seconds, and a bit of its own.
struct Unit {
    uint32_t seconds = 0;
    uint32_t bit = 0;
};

struct UnitSymbols : x3::symbols<Unit> {
    UnitSymbols() {
        add("w", Unit{604800, 1})("d", Unit{86400, 2})("h", Unit{3600, 4});
        add("m", Unit{60, 8})("s", Unit{1, 16});
    }
};
const UnitSymbols unit;

}  // namespace

bool read_number(std::string_view text, uint64_t& value) {
    return parse_all(text, decimal, value);
}

bool parse_period(std::string_view text, uint32_t& seconds) {
    uint64_t total = 0, count = 0;
    if (!parse_all(text, decimal, total)) {
        total = 0;
        uint32_t used = 0;
        auto take_count = [&](auto& context) { count = x3::_attr(context); };
        auto add = [&](auto& context) {
            Unit found = x3::_attr(context);
            x3::_pass(context) = (used & found.bit) == 0 && count <= UINT32_MAX;
            used |= found.bit;
            total += count * found.seconds;
        };
        if (!parse_all(text, +(decimal[take_count] >> x3::no_case[unit][add]))) return false;
    }
    if (total > UINT32_MAX) return false;
    seconds = static_cast<uint32_t>(total);
    return true;
}

bool read_time(std::string_view text, uint32_t& seconds) {
    // RFC 4034 3.2: a number of seconds never has more than ten digits, a date always fourteen.
    if (text.size() != 14) {
        uint64_t value;
        if (text.size() > 10 || !read_number(text, value) || value > UINT32_MAX) return false;
        seconds = static_cast<uint32_t>(value);
        return true;
    }
    std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t> date;
    const auto grammar =
        four_digits >> two_digits >> two_digits >> two_digits >> two_digits >> two_digits;
    if (!parse_all(text, grammar, date)) return false;
    auto [year, month, day, hour, minute, second] = date;
    if (year < 1970 || year > 2106 || month < 1 || month > 12 || day < 1) return false;
    if (day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59) return false;
    uint64_t days = days_before_year(year) - days_before_year(1970) + day - 1;
    for (uint32_t past = 1; past < month; ++past) days += days_in_month(year, past);
    uint64_t value = ((days * 24 + hour) * 60 + minute) * 60 + second;
    if (value > UINT32_MAX) return false;
    seconds = static_cast<uint32_t>(value);
    return true;
}

bool read_fixed(std::string_view text, unsigned places, uint64_t& value) {
    uint64_t total = 0;
    unsigned left = places;
    auto take_whole = [&](auto& context) { total = x3::_attr(context); };
    auto take_digit = [&](auto& context) {
        if (!(x3::_pass(context) = left > 0)) return;
        total = total * 10 + static_cast<uint64_t>(x3::_attr(context) - '0');
        --left;
    };
    // Sixteen characters are more than any field needs, and leave room for the places.
    if (text.size() > 16 || !parse_all(text, decimal[take_whole] >> -('.' >> +digit[take_digit])))
        return false;
    for (; left > 0; --left) total *= 10;
    value = total;
    return true;
}

bool read_ipv4(std::string_view text, uint8_t (&address)[4]) {
    Ipv4 octets;
    if (!parse_all(text, ipv4_address, octets)) return false;
    store_ipv4(octets, address);
    return true;
}

bool read_ipv6(std::string_view text, uint8_t (&address)[16]) {
    return parse_all(text, Ipv6Parser(address));
}

bool read_eui(std::string_view text, uint8_t* octets, size_t count) {
    size_t size = 0;
    auto put = [&](auto& context) {
        if ((x3::_pass(context) = size < count)) octets[size++] = x3::_attr(context);
    };
    return parse_all(text, hex_pair[put] % '-') && size == count;
}

bool read_locator(std::string_view text, uint8_t (&octets)[8]) {
    size_t size = 0;
    auto put = [&](auto& context) {
        if (!(x3::_pass(context) = size < 8)) return;
        octets[size++] = static_cast<uint8_t>(x3::_attr(context) >> 8);
        octets[size++] = static_cast<uint8_t>(x3::_attr(context));
    };
    return parse_all(text, hex_group[put] % ':') && size == 8;
}

size_t read_name(std::string_view text, bool escaped, dns::NameView origin, uint8_t* out,
                 const char*& reason) {
    if (text.size() <= 1) {
        if (text.empty()) return reason = "a name cannot be empty", 0;
        if (text[0] == '.') return out[0] = 0, 1;
        if (text[0] == '@') {
            std::memcpy(out, origin.data(), origin.size());
            return origin.size();
        }
    }
    return escaped ? read_escaped_name(text, origin, out, reason)
                   : read_plain_name(text, origin, out, reason);
}

bool read_escaped(std::string_view text, uint8_t* out, size_t& size) {
    uint8_t* to = out;
    auto put = [&](auto& context) { *to++ = static_cast<uint8_t>(x3::_attr(context)); };
    if (!text.empty() && !parse_all(text, +(escape(put) | (char_ - '\\')[put]))) return false;
    size = static_cast<size_t>(to - out);
    return true;
}

}  // namespace zoneparser
