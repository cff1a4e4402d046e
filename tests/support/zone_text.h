// Zone text of a test, built and checked: the findings, and the zone even where it would be
// refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dns/base/finding.h"
#include "tests/support/memory_files.h"
#include "zones/builder.h"
#include "zones/rules.h"

namespace apex_tests {

// "www.example.com" or "www.example.com." as a name, without escapes.
inline dns::Name make_name(std::string_view text) {
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    std::string octets;
    while (!text.empty()) {
        size_t dot = std::min(text.find('.'), text.size());
        octets += static_cast<char>(dot);
        octets += text.substr(0, dot);
        text = text.substr(std::min(dot + 1, text.size()));
    }
    octets += '\0';
    return dns::Name({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
}

struct CheckedText {
    std::unique_ptr<dns::Severities> severities = std::make_unique<dns::Severities>();
    std::unique_ptr<dns::Sources> sources = std::make_unique<dns::Sources>();
    dns::Findings findings{*severities};
    std::shared_ptr<const zones::Zone> zone;
};

// All that loading does, except that a zone with errors is kept.
inline CheckedText check_text(const dns::Name& origin, std::string_view text,
                              const dns::Limits& limits = {}, unsigned threads = 1) {
    MemoryFiles files;
    CheckedText checked;
    zoneparser::ParseOptions options;
    options.limits = limits;
    options.threads = threads;
    zoneparser::Parser parser(files, *checked.sources, checked.findings, options,
                              zones::preparation(origin));
    dns::Source source;
    source.kind = dns::SourceKind::text;
    source.name = "test.zone";
    source.text = std::make_shared<const std::string>(text);
    zoneparser::ParsedZone parsed = parser.parse_text(text, source, origin);
    checked.zone = zones::build(parsed, origin, checked.findings, {limits, threads, {}});
    if (checked.zone != nullptr) zones::check(*checked.zone, checked.findings, limits, threads);
    checked.findings.sort(*checked.sources);
    return checked;
}

}  // namespace apex_tests
