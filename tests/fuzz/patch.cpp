// Any octets as a patch over a zone that has what makes patches hard, and over the zone that comes
// of it: no crash, nothing taken from the base, and a merged zone that judges itself as it was
// judged when it was made.
#include <cstdlib>

#include "tests/support/memory_files.h"
#include "tests/support/zone_text.h"
#include "zones/overlay.h"

namespace {

constexpr const char* kBase =
    "$TTL 3600\n"
    "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 3600\n"
    "@ NS ns1.example.net.\n"
    "@ NS ns2.example.net.\n"
    "@ TXT \"v=spf1 include:spf.example.com -all\"\n"
    "spf TXT \"v=spf1 -all\"\n"
    "www A 192.0.2.1\n"
    "* MX 10 www\n"
    "a CNAME www\n"
    "b CNAME a\n"
    "a.b.lab A 192.0.2.4\n"
    "sub NS ns1.sub\n"
    "ns1.sub A 192.0.2.6\n"
    "other NS ns1.sub\n"
    "d DNAME www\n";

std::shared_ptr<const zones::Zone> overlay(const zones::Zone& base, const zones::Patch& patch) {
    dns::Severities severities;
    dns::Findings findings(severities);
    auto merged = zones::overlay(base, patch, findings, {});
    if (merged == nullptr) return nullptr;
    dns::Findings whole(severities);
    zones::check(*merged, whole, dns::Limits(), 1);
    if (whole.failed()) std::abort();
    return merged;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const dns::Name origin = apex_tests::make_name("example.com");
    static const apex_tests::CheckedText base = apex_tests::check_text(origin, kBase, {}, 1);
    apex_tests::MemoryFiles files;
    files.put("patch", std::string(reinterpret_cast<const char*>(data), size));
    files.put("other", "$TTL 5\nother A 192.0.2.1\n$REMOVE www\n");
    zoneparser::ParseOptions options;
    options.limits.generate_records = 1000;
    options.limits.include_files = 20;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zones::PatchLoader loader(files, sources, findings, options);
    auto patch = loader.load_file("patch", origin).patch;
    if (patch == nullptr) return 0;
    auto merged = overlay(*base.zone, *patch);
    if (merged != nullptr) overlay(*merged, *patch);
    if (!base.zone->changes().empty()) std::abort();
    return 0;
}
