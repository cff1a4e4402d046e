// The limits table: everything that grows with input has a row here, with its default.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dns {

struct Limits {
    size_t include_depth = 20;
    size_t include_files = 100'000;          // of one run
    size_t generate_records = 1'000'000;     // of one run, all $GENERATE directives together
    size_t rrset_records = 5'000;
    size_t types_per_name = 200;
    size_t nsec3_iterations = 100;           // RFC 9276 3.1: validators treat more as insecure
    size_t stream_octets = size_t{1} << 30;
    size_t views = 4'096;
    size_t view_networks = 1'000'000;        // of all views together
    size_t keys = 10'000;
    size_t findings_per_rule = 100;
    size_t findings = 1'000;
};

struct LimitRow {
    const char* name;
    size_t Limits::*value;
    const char* sentence;
};

inline constexpr LimitRow kLimitRows[] = {
    {"include-depth", &Limits::include_depth, "nested $INCLUDE directives"},
    {"include-files", &Limits::include_files, "files read by $INCLUDE in one zone"},
    {"generate-records", &Limits::generate_records, "records made by $GENERATE in one zone"},
    {"rrset-records", &Limits::rrset_records, "records in one RRset"},
    {"types-per-name", &Limits::types_per_name, "record types at one name"},
    {"nsec3-iterations", &Limits::nsec3_iterations, "NSEC3 hash iterations"},
    {"stream-octets", &Limits::stream_octets, "octets read from standard input or a pipe"},
    {"views", &Limits::views, "views of one configuration, the default one counted"},
    {"view-networks", &Limits::view_networks, "networks in the lists of all views"},
    {"keys", &Limits::keys, "TSIG keys of one configuration"},
    {"findings-per-rule", &Limits::findings_per_rule, "findings shown for one rule"},
    {"findings", &Limits::findings, "findings shown in one run"},
};

}  // namespace dns
