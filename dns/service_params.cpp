#include "dns/service_params.h"

#include <array>

#include "dns/octet_text.h"
#include "dns/rdata_text.h"

namespace dns {

namespace {

// IANA "DNS Service Bindings (SVCB)", "Service Parameter Keys". The number is the row.
constexpr ServiceKey kKeys[] = {
    {0, "mandatory", ServiceValue::keys},
    {1, "alpn", ServiceValue::protocols},
    {2, "no-default-alpn", ServiceValue::none},
    {3, "port", ServiceValue::port},
    {4, "ipv4hint", ServiceValue::ipv4s},
    {5, "ech", ServiceValue::base64},
    {6, "ipv6hint", ServiceValue::ipv6s},
    {7, "dohpath", ServiceValue::path_template},  // RFC 9461
    {8, "ohttp", ServiceValue::none},             // RFC 9540
    {9, "tls-supported-groups", ServiceValue::groups},
    {10, "docpath", ServiceValue::segments},  // RFC 9953
    {11, "pvd", ServiceValue::none},
    {12, "oots", ServiceValue::weights},
};

constexpr bool numbered_by_row() {
    for (size_t i = 0; i < std::size(kKeys); ++i)
        if (kKeys[i].number != i) return false;
    return true;
}
static_assert(numbered_by_row());

uint16_t u16_at(Octets octets, size_t at) {
    return static_cast<uint16_t>(octets[at] << 8 | octets[at + 1]);
}

const char* check_size(Octets value, size_t unit) {
    return !value.empty() && value.size() % unit == 0 ? nullptr : "has a value of the wrong size";
}

const char* check_keys(Octets value) {
    if (const char* reason = check_size(value, 2)) return reason;
    for (size_t at = 0; at < value.size(); at += 2) {
        if (u16_at(value, at) == service_key::mandatory) return "lists itself";
        if (at > 0 && u16_at(value, at) == u16_at(value, at - 2)) return "lists a key twice";
        if (at > 0 && u16_at(value, at) < u16_at(value, at - 2)) return "is out of order";
    }
    return nullptr;
}

const char* check_segments(Octets value) {
    for (size_t at = 0; at < value.size(); at += value[at] + size_t{1}) {
        if (value[at] == 0) return "has an empty item";
        if (value.size() - at - 1 < value[at]) return "is cut short";
    }
    return nullptr;
}

const char* check_protocols(Octets value) {
    return value.empty() ? "needs a value" : check_segments(value);
}

const char* check_template(Octets value) {
    std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
    if (text.empty() || text[0] != '/') return "is no path";
    return text.find("{?dns}") != text.npos ? nullptr : "does not hold {?dns}";
}

const char* check_groups(Octets value) {
    if (const char* reason = check_size(value, 2)) return reason;
    std::array<uint64_t, 1024> seen{};
    for (size_t at = 0; at < value.size(); at += 2) {
        uint16_t group = u16_at(value, at);
        uint64_t bit = uint64_t{1} << group % 64;
        if (seen[group / 64] & bit) return "lists a group twice";
        seen[group / 64] |= bit;
    }
    return nullptr;
}

const char* check_weights(Octets value) {
    if (value.empty()) return "needs a value";
    for (size_t at = 0; at < value.size(); at += value[at] + size_t{2}) {
        if (value[at] == 0) return "has an empty item";
        if (value.size() - at < value[at] + size_t{2}) return "is cut short";
    }
    return nullptr;
}

const char* check_value(ServiceValue kind, Octets value) {
    switch (kind) {
        case ServiceValue::opaque:
            return nullptr;
        case ServiceValue::none:
            return value.empty() ? nullptr : "takes no value";
        case ServiceValue::keys:
            return check_keys(value);
        case ServiceValue::protocols:
            return check_protocols(value);
        case ServiceValue::segments:
            return check_segments(value);
        case ServiceValue::port:
            return value.size() == 2 ? nullptr : "has a value of the wrong size";
        case ServiceValue::ipv4s:
            return check_size(value, 4);
        case ServiceValue::ipv6s:
            return check_size(value, 16);
        case ServiceValue::base64:
            return value.empty() ? "needs a value" : nullptr;
        case ServiceValue::path_template:
            return check_template(value);
        case ServiceValue::groups:
            return check_groups(value);
        case ServiceValue::weights:
            return check_weights(value);
    }
    return nullptr;
}

// Both lists ascend, so one pass over the parameters finds all that are wanted.
bool all_present(Octets wanted, Octets params) {
    ServiceParamWalk walk(params);
    uint16_t key;
    Octets value;
    size_t at = 0;
    while (at < wanted.size() && walk.next(key, value))
        if (key == u16_at(wanted, at)) at += 2;
    return at == wanted.size();
}

// A comma separates items; within one it is escaped, as the backslash is (RFC 9460 A.1).
std::string item_text(Octets item) {
    std::string out;
    for (uint8_t octet : item) {
        if (octet == ',' || octet == '\\') out += '\\';
        out += static_cast<char>(octet);
    }
    return out;
}

std::string segments_text(Octets value) {
    std::string out;
    for (size_t at = 0; at < value.size(); at += value[at] + size_t{1}) {
        if (at > 0) out += ',';
        out += item_text(value.subspan(at + 1, value[at]));
    }
    return out;
}

std::string weights_text(Octets value) {
    std::string out;
    for (size_t at = 0; at < value.size(); at += value[at] + size_t{2}) {
        if (at > 0) out += ',';
        out += item_text(value.subspan(at + 1, value[at]));
        out += ':';
        out += std::to_string(value[at + 1 + value[at]]);
    }
    return out;
}

// Text knows no weight above 100, on the wire one counts as 100.
bool can_be_text(Octets weights) {
    for (size_t at = 0; at < weights.size(); at += weights[at] + size_t{2})
        if (weights[at + 1 + weights[at]] > 100) return false;
    return true;
}

void append_key_number(std::string& out, uint16_t number) {
    out += "key";
    out += std::to_string(number);
}

void append_quoted_text(std::string& out, const std::string& text) {
    append_quoted(out, Octets(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

template <class AppendItem>
void append_list(std::string& out, Octets value, size_t unit, AppendItem append_item) {
    for (size_t at = 0; at < value.size(); at += unit) {
        if (at > 0) out += ',';
        append_item(out, value.subspan(at, unit));
    }
}

void append_value(std::string& out, ServiceValue kind, Octets value) {
    auto number = [](std::string& to, Octets item) { to += std::to_string(u16_at(item, 0)); };
    auto key = [](std::string& to, Octets item) { append_service_key(to, u16_at(item, 0)); };
    auto ipv4 = [](std::string& to, Octets item) { append_ipv4(to, item.data()); };
    auto ipv6 = [](std::string& to, Octets item) { append_ipv6(to, item.data()); };
    switch (kind) {
        case ServiceValue::none:
            break;
        case ServiceValue::opaque:
        case ServiceValue::path_template:
            append_quoted(out, value);
            break;
        case ServiceValue::keys:
            append_list(out, value, 2, key);
            break;
        case ServiceValue::protocols:
        case ServiceValue::segments:
            append_quoted_text(out, segments_text(value));
            break;
        case ServiceValue::port:
        case ServiceValue::groups:
            append_list(out, value, 2, number);
            break;
        case ServiceValue::ipv4s:
            append_list(out, value, 4, ipv4);
            break;
        case ServiceValue::ipv6s:
            append_list(out, value, 16, ipv6);
            break;
        case ServiceValue::base64:
            append_base64(out, value);
            break;
        case ServiceValue::weights:
            append_quoted_text(out, weights_text(value));
            break;
    }
}

}  // namespace

std::span<const ServiceKey> all_service_keys() {
    return kKeys;
}

const ServiceKey* find_service_key(uint16_t number) {
    return number < std::size(kKeys) ? &kKeys[number] : nullptr;
}

bool read_service_key(std::string_view text, uint16_t& number) {
    for (const ServiceKey& row : kKeys) {
        if (row.name != text) continue;
        number = row.number;
        return true;
    }
    if (text.size() < 4 || text.size() > 8 || text.substr(0, 3) != "key") return false;
    if (text[3] == '0' && text.size() > 4) return false;
    uint32_t value = 0;
    for (char c : text.substr(3)) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<uint32_t>(c - '0');
    }
    if (value >= service_key::invalid) return false;
    number = static_cast<uint16_t>(value);
    return true;
}

void append_service_key(std::string& out, uint16_t number) {
    if (const ServiceKey* row = find_service_key(number)) {
        out += row->name;
    } else {
        append_key_number(out, number);
    }
}

bool ServiceParamWalk::next(uint16_t& key, Octets& value) {
    if (params_.size() - at_ < 4) return false;
    size_t size = u16_at(params_, at_ + 2);
    if (params_.size() - at_ - 4 < size) return false;
    key = u16_at(params_, at_);
    value = params_.subspan(at_ + 4, size);
    at_ += 4 + size;
    return true;
}

RdataFault check_service_params(Octets params) {
    ServiceParamWalk walk(params);
    uint16_t key = 0;
    Octets value;
    int before = -1;
    bool alpn = false, no_default_alpn = false;
    while (walk.next(key, value)) {
        const ServiceKey* row = find_service_key(key);
        const char* field = row != nullptr ? row->name : "parameters";
        if (key == before) return {field, "stands twice"};
        if (key < before) return {field, "is out of order"};
        if (key == service_key::invalid) return {field, "key 65535 is reserved"};
        if (const char* reason = row != nullptr ? check_value(row->value, value) : nullptr)
            return {field, reason};
        if (key == service_key::mandatory && !all_present(value, params))
            return {field, "lists a key that is not there"};
        alpn |= key == service_key::alpn;
        no_default_alpn |= key == service_key::no_default_alpn;
        before = key;
    }
    if (!walk.at_end()) return {"parameters", "is cut short"};
    if (no_default_alpn && !alpn) return {"no-default-alpn", "needs alpn beside it"};
    return {};
}

void append_service_params(std::string& out, Octets params) {
    ServiceParamWalk walk(params);
    uint16_t key;
    Octets value;
    for (bool first = true; walk.next(key, value); first = false) {
        if (!first) out += ' ';
        const ServiceKey* row = find_service_key(key);
        bool by_name =
            row != nullptr && (row->value != ServiceValue::weights || can_be_text(value));
        if (by_name)
            out += row->name;
        else
            append_key_number(out, key);
        if (value.empty()) continue;
        out += '=';
        append_value(out, by_name ? row->value : ServiceValue::opaque, value);
    }
}

}  // namespace dns
