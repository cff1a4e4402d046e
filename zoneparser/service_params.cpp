// The leaf of SVCB and HTTPS parameters (RFC 9460 2.1 and appendix A): each is read into its
// octets, they are put in ascending order, and then the list is checked as one that came from a
// peer is.
#include "dns/service_params.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "zoneparser/encodings.h"
#include "zoneparser/field_reader.h"
#include "zoneparser/words.h"

namespace zoneparser {

namespace {

using dns::ServiceValue;

// Calls `take` for each item of a list; a comma or backslash within an item is escaped
// (RFC 9460 A.1). `item` is room for the whole value.
template <class Take>
bool for_each_item(std::string_view value, std::vector<char>& item, Take take) {
    item.clear();
    for (size_t at = 0; at <= value.size(); ++at) {
        if (at == value.size() || value[at] == ',') {
            if (!take(std::string_view(item.data(), item.size()))) return false;
            item.clear();
            continue;
        }
        if (value[at] == '\\') {
            if (at + 1 == value.size()) return false;
            ++at;
        }
        item.push_back(value[at]);
    }
    return true;
}

bool put_segment(FieldReader& reader, std::string_view item) {
    if (item.empty() || item.size() > 255)
        return reader.invalid(item.empty() ? "an item is empty"
                                           : "an item is longer than 255 octets");
    return append_number<1>(reader, item.size()) && append_octets(reader, item.data(), item.size());
}

bool put_key(FieldReader& reader, std::string_view item) {
    uint16_t key;
    if (!dns::read_service_key(item, key)) return reader.invalid(shown(item) + " is no key");
    return append_number<2>(reader, key);
}

bool put_u16(FieldReader& reader, std::string_view item) {
    uint64_t number;
    if (!read_number(item, number) || number > UINT16_MAX)
        return reader.invalid(shown(item) + " is no number up to 65535");
    return append_number<2>(reader, number);
}

bool put_ipv4(FieldReader& reader, std::string_view item) {
    uint8_t address[4];
    if (!read_ipv4(item, address)) return reader.invalid(shown(item) + " is no IPv4 address");
    return append_octets(reader, address, sizeof address);
}

bool put_ipv6(FieldReader& reader, std::string_view item) {
    uint8_t address[16];
    if (!read_ipv6(item, address)) return reader.invalid(shown(item) + " is no IPv6 address");
    return append_octets(reader, address, sizeof address);
}

bool put_weight(FieldReader& reader, std::string_view item) {
    size_t colon = item.rfind(':');
    uint64_t weight;
    if (colon == item.npos || !read_number(item.substr(colon + 1), weight) || weight > 100)
        return reader.invalid(shown(item) + " is no transport, colon and number up to 100");
    return put_segment(reader, item.substr(0, colon)) && append_number<1>(reader, weight);
}

bool put_base64(FieldReader& reader, std::string_view value) {
    size_t before = reader.out.size();
    uint8_t* to = reader.out.grow(Base64Decoder::room(value.size()));
    if (to == nullptr) return reader.too_much_rdata();
    uint8_t* end = to;
    Base64Decoder decoder;
    bool good = decoder.feed(value, end) && decoder.complete();
    reader.out.shrink_to(before + static_cast<size_t>(end - to));
    return good || reader.invalid(shown(value) + " is no base64");
}

// The octets of a value in the form of its key. `value` has no escapes of its token any more.
bool put_value(FieldReader& reader, ServiceValue kind, std::string_view value) {
    std::vector<char> item;
    auto list = [&](auto put) {
        bool good = true;
        auto take = [&](std::string_view text) { return good = put(reader, text); };
        if (for_each_item(value, item, take)) return true;
        return good ? reader.invalid("it ends with a backslash") : false;
    };
    switch (kind) {
        case ServiceValue::none:
            return value.empty() || reader.invalid("it takes no value");
        case ServiceValue::keys: {
            // In text the keys stand in any order, as octets they ascend (RFC 9460 8).
            size_t before = reader.out.size();
            if (!list(put_key)) return false;
            uint8_t* begin = reader.out.at(before);
            std::vector<std::array<uint8_t, 2>> keys((reader.out.size() - before) / 2);
            std::memcpy(keys.data(), begin, 2 * keys.size());
            std::sort(keys.begin(), keys.end());
            std::memcpy(begin, keys.data(), 2 * keys.size());
            return true;
        }
        case ServiceValue::protocols:
            return list(put_segment);
        case ServiceValue::segments:
            return value.empty() || list(put_segment);
        case ServiceValue::port:
            return put_u16(reader, value);
        case ServiceValue::groups:
            return list(put_u16);
        case ServiceValue::ipv4s:
            return list(put_ipv4);
        case ServiceValue::ipv6s:
            return list(put_ipv6);
        case ServiceValue::weights:
            return list(put_weight);
        case ServiceValue::base64:
            return put_base64(reader, value);
        case ServiceValue::opaque:
        case ServiceValue::path_template:
            return append_octets(reader, value.data(), value.size());
    }
    return false;
}

// A parameter's words: the key, and the value as it stands behind `=`, perhaps in quotes.
struct ParamText {
    std::string_view key;
    Token value;
    bool has_value = false;
};

bool take_param(FieldReader& reader, ParamText& out) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    std::string_view text = token->text();
    size_t equals = text.find('=');
    out.key = text.substr(0, equals);
    out.has_value = equals != text.npos;
    if (out.has_value) {
        out.value = *token;
        out.value.begin += equals + 1;
        if (equals + 1 == text.size() && !reader.at_end() && reader.peek().quoted &&
            reader.peek().joined)
            out.value = *reader.string();
    }
    if (!reader.at_end() && reader.peek().joined) {
        reader.string();
        return reader.invalid("a blank is missing before it");
    }
    return true;
}

struct ParamPlace {
    uint16_t key;
    size_t begin, end;
};

bool parse_param(FieldReader& reader, std::vector<uint8_t>& scratch, uint16_t& key) {
    reader.part("key");
    ParamText param;
    if (!take_param(reader, param)) return false;
    if (!dns::read_service_key(param.key, key))
        return reader.invalid(shown(param.key) + " is no key that is known",
                              "keys without a name are written keyNNNNN");
    const dns::ServiceKey* row = dns::find_service_key(key);
    // A value under a number is written as octets, whatever the key's own form (RFC 9460 2.1).
    bool by_name = row != nullptr && param.key == row->name;
    reader.part(row != nullptr ? row->name : "parameters");
    std::string_view value;
    if (param.has_value) {
        scratch.resize(param.value.size() + 1);
        size_t size;
        std::string reason;
        if (!unescape(param.value, scratch.data(), size, reason)) return reader.invalid(reason);
        value = {reinterpret_cast<const char*>(scratch.data()), size};
    }
    size_t header = reader.out.size();
    if (!append_number<4>(reader, uint32_t{key} << 16)) return false;
    bool needs_value = by_name && row->value != ServiceValue::none &&
                       row->value != ServiceValue::segments && value.empty();
    if (needs_value) return reader.invalid("it needs a value");
    if (!put_value(reader, by_name ? row->value : ServiceValue::opaque, value)) return false;
    size_t size = reader.out.size() - header - 4;
    if (size > UINT16_MAX) return reader.too_much_rdata();
    uint8_t* octets = reader.out.at(header);
    octets[2] = static_cast<uint8_t>(size >> 8);
    octets[3] = static_cast<uint8_t>(size);
    return true;
}

void sort_params(FieldReader& reader, size_t begin, std::vector<ParamPlace>& places) {
    auto by_key = [](const ParamPlace& a, const ParamPlace& b) { return a.key < b.key; };
    if (std::is_sorted(places.begin(), places.end(), by_key)) return;
    std::stable_sort(places.begin(), places.end(), by_key);
    std::vector<uint8_t> sorted;
    for (const ParamPlace& place : places)
        sorted.insert(sorted.end(), reader.out.data() + place.begin, reader.out.data() + place.end);
    reader.out.shrink_to(begin);
    reader.out.append(sorted.data(), sorted.size());
}

}  // namespace

bool parse_service_params(FieldReader& reader) {
    size_t begin = reader.out.size();
    std::vector<uint8_t> scratch;
    std::vector<ParamPlace> places;
    while (!reader.at_end()) {
        size_t before = reader.out.size();
        uint16_t key;
        if (!parse_param(reader, scratch, key)) return false;
        places.push_back({key, before, reader.out.size()});
    }
    sort_params(reader, begin, places);
    dns::RdataFault fault = dns::check_service_params(reader.out.octets().subspan(begin));
    if (fault.reason[0] == '\0') return true;
    reader.part(fault.field);
    return reader.invalid(std::string("it ") + fault.reason);
}

}  // namespace zoneparser
