#include "zones/builder.h"

#include <algorithm>

#include "zones/base_writer.h"
#include "zones/node_gather.h"
#include "zones/parallel.h"
#include "zones/rules.h"
#include "zones/share_writer.h"
#include "zones/sort_items.h"

namespace zones {

namespace {

// Writes one share of the canonical order into its part.
class ShareBuilder {
  public:
    ShareBuilder(const Batches& batches, PartWriter& part, const dns::Name& origin,
                 dns::Findings& findings, const dns::Limits& limits)
        : batches_(batches),
          writer_(part),
          origin_size_(origin.size()),
          gather_(origin, findings, limits) {}

    // `before` is the last item of the shares in front, or null.
    void build(std::span<const SortItem> items, const SortItem* before) {
        open(items, before);
        for (size_t i = 0, end; i < items.size(); i = end) {
            fetch_ahead(items, i);
            dns::NameView name = owner(items[i]);
            gather_.clear();
            for (end = i; end < items.size() && same_owner(items[i], name, items[end]); ++end)
                gather_.add(batch_of(items[end]), run_of(items[end]));
            gather_.make_rrsets(name);
            writer_.add(name, gather_.parts(), gather_.places());
        }
        writer_.end();
    }

  private:
    const zoneparser::RecordBatch& batch_of(const SortItem& item) const {
        return *batches_[item.batch];
    }
    const zoneparser::OwnerRun& run_of(const SortItem& item) const {
        return batch_of(item).run_at(item.run_offset());
    }
    // Runs lie in the order of the text, so each step here would wait for memory: a run is asked
    // for some steps before, the records behind its head and name as well.
    void fetch_ahead(std::span<const SortItem> items, size_t i) const {
        constexpr size_t kAhead = 12;
        if (i + kAhead >= items.size()) return;
        const SortItem& soon = items[i + kAhead];
        const uint8_t* run = batch_of(soon).octets.data() + soon.run_offset();
        __builtin_prefetch(run);
        __builtin_prefetch(run + 64);
        __builtin_prefetch(run + 128);
    }
    bool same_owner(const SortItem& first, dns::NameView name, const SortItem& item) const {
        return first.key == item.key && (&first == &item || name == owner(item));
    }

    void open(std::span<const SortItem> items, const SortItem* before) {
        if (before == nullptr)
            writer_.open_first(!items.empty() && owner(items[0]).empty());
        else
            writer_.open(owner(*before), owner(items[0]));
    }

    dns::NameView owner(const SortItem& item) const {
        return owner_of(item, batches_, origin_size_);
    }

    const Batches& batches_;
    ShareWriter writer_;
    size_t origin_size_;
    NodeGather gather_;
};

size_t records_of(std::span<const SortItem> items, const Batches& batches) {
    size_t count = 0;
    for (const SortItem& item : items)
        count += batches[item.batch]->run_at(item.run_offset()).record_count;
    return count;
}

void report_outside(const Batches& batches, dns::Findings& findings) {
    for (const auto& batch : batches) {
        const auto& prepared = *static_cast<const PreparedBatch*>(batch->prepared.get());
        for (uint64_t offset : prepared.outside_runs) {
            const zoneparser::OwnerRun& run = batch->run_at(offset);
            const zoneparser::RecordHead* head = batch->first_record(run);
            std::string owner;  // words are made only if somebody will read them
            for (uint32_t k = 0; k < run.record_count; ++k, head = head->next()) {
                if (findings.wants(rule::outside_zone)) owner = dns::to_text(batch->owner(run));
                findings.report(rule::outside_zone, batch->place(*head), {owner});
            }
        }
    }
}

}  // namespace

zoneparser::Parser::Prepare preparation(const dns::Name& origin) {
    return [origin](zoneparser::RecordBatch& batch) { prepare_batch(batch, origin); };
}

std::shared_ptr<const Zone> build(zoneparser::ParsedZone& parsed, const dns::Name& origin,
                                  dns::Findings& findings, const BuildOptions& options) {
    const Batches& batches = parsed.batches;
    report_outside(batches, findings);
    SortedItems sorted = sort_items(batches, origin.size(), options.threads);
    size_t shares = sorted.share_count();
    // The apex, if it has no records; and what is lost between parts.
    BaseBounds most{1, parsed.record_count, sizeof(NodeHead) * 2 + shares * 64};
    for (const auto& batch : batches) {
        const auto& prepared = *static_cast<const PreparedBatch*>(batch->prepared.get());
        most.names += prepared.most_names;
        most.octets += prepared.most_node_octets;
    }
    BaseWriter writer(origin, options.key, shares, most);
    std::vector<dns::Findings> found(shares,
                                     dns::Findings(findings.severities(), findings.limits()));
    share_out(options.threads, shares, [&](size_t i) {
        std::span<const SortItem> items = sorted.share(i);
        if (items.empty() && sorted.items.size() > 0) return;
        // The first share that has items has the apex, or makes it.
        size_t first = sorted.bounds[i];
        const SortItem* before = first == 0 ? nullptr : &sorted.items[first - 1];
        PartWriter& part = writer.open(i, records_of(items, batches));
        ShareBuilder builder(batches, part, origin, found[i], options.limits);
        builder.build(items, before);
        writer.place(i);
    });
    for (dns::Findings& of_share : found) findings.take(std::move(of_share));
    std::shared_ptr<Base> base = writer.finish(options.threads);
    if (base == nullptr) {
        findings.report(rule::zone_too_large, dns::Place());
        return nullptr;
    }
    return std::make_shared<const Zone>(std::move(base), options.threads);
}

}  // namespace zones
