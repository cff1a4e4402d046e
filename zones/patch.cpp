#include "zones/patch.h"

#include <algorithm>
#include <cstring>

#include "dns/rr_types.h"
#include "zones/rules.h"

namespace zones {

namespace {

using Kind = Patch::Kind;

bool in_front(dns::NameView a, dns::NameView b) {
    return dns::canonical_compare(a, b) < 0;
}

// The types of the records of `owner`, sorted. `run` is at or in front of the owner's first one,
// and ends up behind its last.
std::vector<uint16_t> types_of(std::span<const Patch::Run> runs, size_t& run, dns::NameView owner) {
    std::vector<uint16_t> types;
    while (run < runs.size() && in_front(runs[run].owner(), owner)) ++run;
    for (; run < runs.size() && runs[run].owner() == owner; ++run) {
        const zoneparser::RecordHead* head = runs[run].batch->first_record(*runs[run].run);
        for (uint32_t i = runs[run].run->record_count; i > 0; --i, head = head->next())
            types.push_back(head->type);
    }
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    return types;
}

bool has(std::span<const uint16_t> types, uint16_t type) {
    return std::binary_search(types.begin(), types.end(), type);
}

// The parser reserves for what a text might hold; a patch stays for as long as its view.
zoneparser::OctetBuffer exact_copy(const zoneparser::OctetBuffer& octets) {
    zoneparser::OctetBuffer copy;
    copy.reserve(octets.size());
    if (octets.size() > 0) std::memcpy(copy.grow(octets.size()), octets.data(), octets.size());
    return copy;
}

}  // namespace

size_t Patch::memory() const {
    size_t octets = sizeof(Patch) + names_.capacity() + operations_.capacity() * sizeof(Operation) +
                    runs_.capacity() * sizeof(Run);
    for (const auto& batch : batches_)
        octets += sizeof(zoneparser::RecordBatch) + batch->octets.size();
    return octets;
}

LoadedPatch PatchLoader::load_file(const std::string& path, const dns::Name& origin) {
    errors_before_ = findings_.count(dns::Severity::error);
    zoneparser::Parser parser(files_, sources_, findings_, options_);
    return finish(parser.parse_file(path, origin), origin);
}

LoadedPatch PatchLoader::load_text(std::string_view text, const dns::Source& source,
                                   const dns::Name& origin) {
    errors_before_ = findings_.count(dns::Severity::error);
    zoneparser::Parser parser(files_, sources_, findings_, options_);
    return finish(parser.parse_text(text, source, origin), origin);
}

LoadedPatch PatchLoader::finish(zoneparser::ParsedZone parsed, const dns::Name& origin) {
    LoadedPatch loaded;
    loaded.files = std::move(parsed.files);
    auto patch = std::make_shared<Patch>();
    take_names(*patch, origin, std::move(parsed.operations));
    patch->batches_ = std::move(parsed.batches);
    for (auto& batch : patch->batches_) batch->octets = exact_copy(batch->octets);
    take_runs(*patch);
    check(*patch);
    if (findings_.count(dns::Severity::error) == errors_before_) loaded.patch = std::move(patch);
    return loaded;
}

void PatchLoader::take_names(Patch& patch, const dns::Name& origin,
                             std::vector<zoneparser::PatchOperation> operations) {
    std::stable_sort(operations.begin(), operations.end(),
                     [](const auto& a, const auto& b) { return in_front(a.owner, b.owner); });
    size_t octets = origin.size();
    for (const auto& operation : operations) octets += operation.owner.size();
    patch.names_.reserve(octets);  // nothing moves then
    patch.operations_.reserve(operations.size());
    auto keep = [&](const dns::Name& name) {
        size_t at = patch.names_.size();
        patch.names_.insert(patch.names_.end(), name.data(), name.data() + name.size());
        return dns::NameView(patch.names_.data() + at, name.size());
    };
    patch.origin_ = keep(origin);
    for (const auto& operation : operations)
        patch.operations_.push_back(
            {operation.kind, operation.type, keep(operation.owner), operation.place});
}

// A zone leaves out what is outside it (RFC 1034 4.2.1), and so does a patch.
void PatchLoader::take_runs(Patch& patch) {
    for (const auto& batch : patch.batches_) {
        for (const zoneparser::OwnerRun& run : batch->runs) {
            dns::NameView owner = batch->owner(run);
            if (dns::is_at_or_below(owner, patch.origin_)) {
                patch.runs_.push_back({batch.get(), &run});
                patch.record_count_ += run.record_count;
                continue;
            }
            const zoneparser::RecordHead* head = batch->first_record(run);
            for (uint32_t i = run.record_count; i > 0; --i, head = head->next())
                findings_.report(rule::outside_zone, batch->place(*head), {dns::to_text(owner)});
        }
    }
    patch.runs_.shrink_to_fit();
    std::stable_sort(
        patch.runs_.begin(), patch.runs_.end(),
        [](const Patch::Run& a, const Patch::Run& b) { return in_front(a.owner(), b.owner()); });
}

void PatchLoader::check(const Patch& patch) {
    const Patch::Operation* before = nullptr;
    std::vector<uint16_t> types;
    size_t run = 0;
    for (const Patch::Operation& operation : patch.operations_) {
        // Operations on one owner follow each other.
        if (before == nullptr || !(before->owner == operation.owner))
            types = types_of(patch.runs_, run, operation.owner);
        before = &operation;
        if (!dns::is_at_or_below(operation.owner, patch.origin_))
            findings_.report(rule::patch_outside_zone, operation.place,
                             {dns::to_text(operation.owner), dns::to_text(patch.origin_)});
        else
            check_operation(patch, operation, types);
    }
    check_soa(patch);
}

void PatchLoader::check_operation(const Patch& patch, const Patch::Operation& operation,
                                  std::span<const uint16_t> types) {
    bool replaces = operation.kind == Kind::replace;
    bool found = operation.type == 0 ? !types.empty() : has(types, operation.type);
    if (replaces && !found) {
        std::string type = operation.type == 0 ? "" : " " + dns::type_text(operation.type);
        findings_.report(rule::patch_replacement_missing, operation.place,
                         {dns::to_text(operation.owner), type});
        return;
    }
    // Another one takes its place, or it stays.
    if (replaces && has(types, dns::type::SOA)) return;
    bool takes_soa = operation.type == 0 || operation.type == dns::type::SOA;
    if (takes_soa && operation.owner == patch.origin_)
        findings_.report(rule::patch_removes_soa, operation.place);
}

// A zone has one, at its apex; so it can only be put in the place of the base's.
void PatchLoader::check_soa(const Patch& patch) {
    size_t next = 0;
    bool replaced = false;
    dns::NameView owner;
    for (const Patch::Run& run : patch.runs_) {
        if (owner.empty() || !(run.owner() == owner)) {
            owner = run.owner();
            replaced = false;
            const auto& operations = patch.operations_;
            while (next < operations.size() && in_front(operations[next].owner, owner)) ++next;
            for (; next < operations.size() && operations[next].owner == owner; ++next)
                replaced |= operations[next].kind == Kind::replace &&
                            (operations[next].type == 0 || operations[next].type == dns::type::SOA);
        }
        const zoneparser::RecordHead* head = run.batch->first_record(*run.run);
        for (uint32_t i = run.run->record_count; i > 0; --i, head = head->next())
            if (head->type == dns::type::SOA && !replaced)
                findings_.report(rule::patch_adds_soa, run.batch->place(*head),
                                 {dns::to_text(owner)});
    }
}

}  // namespace zones
