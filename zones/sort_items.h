// The canonical order of a load: one small item per run of records with the same owner, sorted by
// the first 16 octets of the owner's sort key, and by the names themselves where those agree.
//
//   batch 0: item item item      +-- share 0: items up to "d..." --> in order
//   batch 1: item item item  --> +-- share 1: items up to "k..." --> in order
//   batch 2: item item item      +-- share 2: the rest           --> in order
//
// Shares are cut at keys, so that all runs of one owner fall into one share, and each share is
// sorted and built by itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dns/name.h"
#include "zoneparser/record_batch.h"
#include "zones/memory.h"
#include "zones/sort_key.h"

namespace zones {

struct SortItem {
    SortKey key;
    uint32_t batch;
    uint32_t run;  // its offset in the batch, in units of 8 octets

    size_t run_offset() const { return size_t{run} * 8; }
};

// What preparing a batch makes, on the thread that parsed it. The items stand in the batch's own
// memory, behind the records; their `batch` is not set yet.
struct PreparedBatch {
    size_t items_at = 0;
    size_t item_count = 0;  // the runs inside the zone
    // Offsets of the runs whose owners are not at or below the origin.
    std::vector<uint64_t> outside_runs;
    // What can come of this batch.
    size_t most_names = 0;
    size_t most_node_octets = 0;

    std::span<const SortItem> items(const zoneparser::RecordBatch& batch) const {
        return {reinterpret_cast<const SortItem*>(batch.octets.data() + items_at), item_count};
    }
};

void prepare_batch(zoneparser::RecordBatch& batch, const dns::Name& origin);

using Batches = std::vector<std::unique_ptr<zoneparser::RecordBatch>>;

// The owner of an item, relative to the apex.
inline dns::NameView owner_of(const SortItem& item, const Batches& batches, size_t origin_size) {
    const zoneparser::RecordBatch& batch = *batches[item.batch];
    dns::NameView owner = batch.owner(batch.run_at(item.run_offset()));
    return {owner.data(), owner.size() - origin_size};
}

// All items in canonical order; share i is [bounds[i], bounds[i + 1]).
struct SortedItems {
    BigArray<SortItem> items;
    std::vector<size_t> bounds;
    size_t share_count() const { return bounds.size() - 1; }
    std::span<SortItem> share(size_t index) const {
        return {items.data() + bounds[index], bounds[index + 1] - bounds[index]};
    }
};
SortedItems sort_items(const Batches& batches, size_t origin_size, unsigned threads);

}  // namespace zones
