#include "zones/builder.h"

#include <algorithm>

#include "zones/base_writer.h"
#include "zones/node_gather.h"
#include "zones/parallel.h"
#include "zones/rules.h"
#include "zones/sort_items.h"

namespace zones {

namespace {

size_t shared_labels(dns::NameView a, dns::NameView b) {
    dns::LabelOffsets labels_a(a), labels_b(b);
    size_t most = std::min(labels_a.count, labels_b.count);
    size_t shared = 0;
    for (; shared < most; ++shared) {
        const uint8_t* label_a = a.data() + labels_a.at[labels_a.count - 1 - shared];
        const uint8_t* label_b = b.data() + labels_b.at[labels_b.count - 1 - shared];
        if (label_a[0] != label_b[0] ||
            !dns::equal_case_blind(label_a + 1, label_b + 1, label_a[0]))
            break;
    }
    return shared;
}

// Writes one share of the canonical order into its part.
class ShareBuilder {
  public:
    ShareBuilder(const Batches& batches, PartWriter& part, const dns::Name& origin,
                 dns::Findings& findings, const dns::Limits& limits)
        : batches_(batches),
          part_(part),
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
            add_name(name);
        }
        while (!ancestors_.empty()) close();
    }

  private:
    // A name on the way from the apex to the one written last, in this part or one in front of it.
    struct Ancestor {
        dns::NameView name;
        bool in_this_part = false;
        Ref node;
        uint32_t children = 0;
        bool wildcard_child = false;
    };

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
        if (before == nullptr) {
            bool has_apex = !items.empty() && owner(items[0]).empty();
            if (!has_apex) push(dns::NameView(), part_.add({}, {}, {}));
            return;
        }
        dns::NameView first = owner(items[0]);
        size_t shared = shared_labels(owner(*before), first);
        size_t labels = first.label_count();
        for (size_t depth = 0; depth <= shared; ++depth)
            ancestors_.push_back({first.without(labels - depth), false, Ref(), 0, false});
    }

    void push(dns::NameView name, Ref node) { ancestors_.push_back({name, true, node, 0, false}); }

    void close() {
        const Ancestor& last = ancestors_.back();
        if (last.in_this_part) {
            part_.settle(last.node, last.children, last.wildcard_child ? fact::wildcard_child : 0);
        } else if (last.children > 0) {
            part_.tell_parent({dns::Name(last.name), last.children, last.wildcard_child});
        }
        ancestors_.pop_back();
    }

    void add_name(dns::NameView owner) {
        size_t labels = owner.label_count();
        if (!ancestors_.empty()) {
            while (!dns::is_at_or_below(owner, ancestors_.back().name)) close();
            // Empty non-terminals between the closest name above and this one (RFC 4592 2.2.2).
            for (size_t depth = ancestors_.size(); depth < labels; ++depth)
                add_child(owner.without(labels - depth), {}, {});
        }
        add_child(owner, gather_.parts(), gather_.places());
    }

    void add_child(dns::NameView name, std::span<const RrsetParts> parts,
                   std::span<const dns::Place> places) {
        if (!ancestors_.empty()) {
            Ancestor& parent = ancestors_.back();
            ++parent.children;
            if (name.is_wildcard()) parent.wildcard_child = true;
        }
        push(name, part_.add(name, parts, places));
    }

    dns::NameView owner(const SortItem& item) const {
        return owner_of(item, batches_, origin_size_);
    }

    const Batches& batches_;
    PartWriter& part_;
    size_t origin_size_;
    NodeGather gather_;
    std::vector<Ancestor> ancestors_;
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
    return std::make_shared<const Zone>(std::move(base));
}

}  // namespace zones
