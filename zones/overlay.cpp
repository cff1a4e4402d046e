#include "zones/overlay.h"

#include "zones/concern.h"
#include "zones/rules.h"

namespace zones {

std::shared_ptr<const Zone> overlay(const Zone& base, const Patch& patch, dns::Findings& findings,
                                    const OverlayOptions& options) {
    size_t errors = findings.count(dns::Severity::error);
    std::unique_ptr<ChangeSet> changes = merge(base, patch, findings, options);
    if (changes == nullptr) return nullptr;
    auto applied = base.apply(*changes);
    // A change set made from this very base fits it.
    if (!applied) return nullptr;
    Pointers own(base);
    const Pointers& pointers = options.pointers != nullptr ? *options.pointers : own;
    Concern concern(base, **applied, *changes, pointers);
    check(**applied, concern, pointers, findings, options.limits);
    if (findings.count(dns::Severity::error) > errors) return nullptr;
    return *applied;
}

std::shared_ptr<dns::Sources> joined_sources(std::shared_ptr<const dns::Sources> base,
                                             const dns::Sources& patch) {
    auto joined = std::make_shared<dns::Sources>(std::move(base));
    uint32_t shift = joined->count();
    for (uint32_t number = 1; number <= patch.count(); ++number) {
        dns::Source source = patch.at(number);
        if (source.from.known())
            source.from = {uint64_t{source.from.source()} + shift, source.from.line(),
                           source.from.column()};
        joined->add(std::move(source));
    }
    return joined;
}

}  // namespace zones
