#include "dns/rdata.h"

#include <algorithm>
#include <cstring>

#include "dns/rdata_fields.h"
#include "dns/service_params.h"

namespace dns {

namespace {

constexpr size_t kNoTarget = SIZE_MAX;

// Where the target name stands in the types that answers meet; in all of them but SVCB and HTTPS it
// is the last field.
constexpr size_t target_offset(uint16_t type) {
    switch (type) {
        case type::NS:
        case type::CNAME:
        case type::DNAME:
            return 0;
        case type::MX:
        case type::AFSDB:
        case type::RT:
        case type::KX:
        case type::SVCB:
        case type::HTTPS:
        case type::LP:
            return 2;
        case type::SRV:
            return 6;
        default:
            return kNoTarget;
    }
}

bool has_lower_case_names(uint16_t type) {
    const RrType* row = find_type(type);
    if (row == nullptr) return false;
    for (const Field& field : row->fields)
        if (field.flags & field::lower_case) return true;
    return false;
}

int compare_octets(const uint8_t* a, const uint8_t* b, size_t size) {
    return size == 0 ? 0 : std::memcmp(a, b, size);
}

// As octets in lower case, eight at a time.
int compare_lower(const uint8_t* a, const uint8_t* b, size_t size) {
    size_t at = 0;
    while (at + 8 <= size && lower8(load8(a + at)) == lower8(load8(b + at))) at += 8;
    for (; at < size; ++at)
        if (int difference = lower(a[at]) - lower(b[at])) return difference;
    return 0;
}

int compare_sizes(size_t a, size_t b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

int compare_fields(const Field& field, Octets a, Octets b) {
    size_t shared = std::min(a.size(), b.size());
    if ((field.flags & field::lower_case) == 0) return compare_octets(a.data(), b.data(), shared);
    for (size_t at = 0; at < shared; ++at)
        if (int difference = lower(a[at]) - lower(b[at])) return difference;
    return 0;
}

// The algorithm that decides whether a key may be missing.
uint8_t stated_algorithm(FieldKind kind, Octets content, uint8_t before) {
    if (kind == FieldKind::algorithm) return content[0];
    if (kind == FieldKind::gateway) return content[2];
    return before;
}

RdataFault check_one_field(const Field& field, Octets content, uint8_t algorithm) {
    if (field.kind == FieldKind::service_params) return check_service_params(content);
    if (const char* reason = check_field(field, content)) return {field.label, reason};
    if ((field.flags & field::empty_without_algorithm) && content.empty() && algorithm != 0)
        return {field.label, "is empty"};
    return {};
}

// The name stands there exactly if there is a prefix to look up (RFC 2874 3.1).
RdataFault check_prefix_name(const Field& field, Octets content, uint8_t prefix_length) {
    if (content.empty() == (prefix_length == 0)) return {};
    return {field.label, content.empty() ? "is missing" : "stands behind a prefix length of 0"};
}

bool is_name_kind(FieldKind kind) {
    return kind == FieldKind::name || kind == FieldKind::prefix_name;
}

}  // namespace

Result<void, RdataFault> check_rdata(uint16_t type, Octets rdata) {
    if (rdata.size() > kMaxRdata) return RdataFault{"data", "is longer than 65535 octets"};
    const RrType* row = find_type(type);
    if (row == nullptr) return {};
    size_t at = 0;
    uint8_t algorithm = 0;
    for (const Field& field : row->used_fields()) {
        Octets rest = rdata.subspan(at);
        size_t size = measure_field(field.kind, rest.data(), rest.size());
        if (size == kNoField)
            return RdataFault{field.label,
                              is_name_kind(field.kind) ? "is no name" : "is cut short"};
        Octets content = rest.first(size);
        algorithm = stated_algorithm(field.kind, content, algorithm);
        RdataFault fault = field.kind == FieldKind::prefix_name
                               ? check_prefix_name(field, content, rdata[0])
                               : check_one_field(field, content, algorithm);
        if (fault.reason[0] != '\0') return fault;
        at += size;
    }
    if (at != rdata.size()) return RdataFault{"data", "has octets left over after its last field"};
    return {};
}

FieldWalk::FieldWalk(uint16_t type, Octets rdata) : rdata_(rdata) {
    if (const RrType* row = find_type(type)) fields_ = row->used_fields();
}

bool FieldWalk::next(FieldSpan& out) {
    if (index_ == fields_.size()) return false;
    const Field& field = fields_[index_];
    size_t size = measure_field(field.kind, rdata_.data() + offset_, rdata_.size() - offset_);
    if (size == kNoField) return false;
    out = {&field, offset_, size};
    offset_ += size;
    ++index_;
    return true;
}

NameView target_name(uint16_t type, Octets rdata) {
    size_t offset = target_offset(type);
    if (offset != kNoTarget) {
        if (rdata.size() <= offset) return {};
        size_t size = rdata.size() - offset;
        if (type == type::SVCB || type == type::HTTPS)
            size = measure_name(rdata.data() + offset, size);
        return NameView(rdata.data() + offset, size);
    }
    if (!has_target_name(type)) return {};
    FieldWalk walk(type, rdata);
    for (FieldSpan span; walk.next(span);)
        if (span.field->flags & field::target)
            return NameView(rdata.data() + span.offset, span.size);
    return {};
}

bool has_target_name(uint16_t type) {
    if (target_offset(type) != kNoTarget) return true;
    const RrType* row = find_type(type);
    return row != nullptr && row->has_target();
}

void write_canonical_rdata(uint16_t type, Octets rdata, uint8_t* out) {
    if (!rdata.empty()) std::memcpy(out, rdata.data(), rdata.size());
    if (!has_lower_case_names(type)) return;
    FieldWalk walk(type, rdata);
    for (FieldSpan span; walk.next(span);)
        if (span.field->flags & field::lower_case)
            lower_copy(out + span.offset, rdata.data() + span.offset, span.size);
}

int compare_canonical_rdata(uint16_t type, Octets a, Octets b) {
    if (type == type::NS || type == type::CNAME || type == type::PTR || type == type::DNAME) {
        int difference = compare_lower(a.data(), b.data(), std::min(a.size(), b.size()));
        return difference != 0 ? difference : compare_sizes(a.size(), b.size());
    }
    if (!has_lower_case_names(type)) {
        int difference = compare_octets(a.data(), b.data(), std::min(a.size(), b.size()));
        return difference != 0 ? difference : compare_sizes(a.size(), b.size());
    }
    // A field says where it ends, so that fields which differ in size differ within the shorter
    // one, except at the end of the rdata.
    FieldWalk walk_a(type, a), walk_b(type, b);
    size_t done_a = 0, done_b = 0;
    for (FieldSpan span_a, span_b; walk_a.next(span_a) && walk_b.next(span_b);) {
        int difference = compare_fields(*span_a.field, a.subspan(span_a.offset, span_a.size),
                                        b.subspan(span_b.offset, span_b.size));
        if (difference != 0) return difference;
        done_a = span_a.offset + span_a.size;
        done_b = span_b.offset + span_b.size;
    }
    Octets rest_a = a.subspan(done_a), rest_b = b.subspan(done_b);
    int difference =
        compare_octets(rest_a.data(), rest_b.data(), std::min(rest_a.size(), rest_b.size()));
    return difference != 0 ? difference : compare_sizes(a.size(), b.size());
}

}  // namespace dns
