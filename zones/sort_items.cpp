#include "zones/sort_items.h"

#include <algorithm>
#include <array>
#include <utility>

#include "zones/node.h"
#include "zones/parallel.h"

namespace zones {

namespace {

// So small that two threads find work to the end, so big that the cuts cost nothing.
constexpr size_t kItemsPerShare = 32768;
constexpr size_t kMaxShares = 256;
constexpr size_t kSamplesPerShare = 32;

// What comes of a run at most: the name and the empty non-terminals above it; octets for these, and
// for its records with entries and links.
void add_bounds(PreparedBatch& made, const zoneparser::OwnerRun& run, dns::NameView relative) {
    constexpr size_t kNode = sizeof(NodeHead) + 16;
    constexpr size_t kRecord = sizeof(RrsetEntry) + RecordView::kHead + 2 * sizeof(Ref);
    size_t names = std::max<size_t>(relative.label_count(), 1);
    size_t octets = (kNode + relative.size()) * names;
    const zoneparser::RecordHead* head = run.first();
    for (uint32_t i = 0; i < run.record_count; ++i, head = head->next())
        octets += kRecord + head->rdata_size;
    made.most_names += names;
    made.most_node_octets += octets;
}

std::span<const SortItem> prepared_items(const zoneparser::RecordBatch& batch) {
    return static_cast<const PreparedBatch*>(batch.prepared.get())->items(batch);
}

// Cuts the order into shares at keys that a sample suggests.
std::vector<SortItem> choose_splitters(const Batches& batches, size_t total) {
    size_t shares = std::clamp<size_t>(total / kItemsPerShare, 1, kMaxShares);
    std::vector<SortItem> splitters;
    if (shares == 1) return splitters;
    size_t stride = std::max<size_t>(total / (shares * kSamplesPerShare), 1);
    std::vector<SortItem> sample;
    size_t position = 0;
    for (const auto& batch : batches)
        for (const SortItem& item : prepared_items(*batch))
            if (position++ % stride == 0) sample.push_back(item);
    auto before = [](const SortItem& a, const SortItem& b) { return a.key < b.key; };
    std::sort(sample.begin(), sample.end(), before);
    for (size_t i = 1; i < shares; ++i) {
        const SortItem& splitter = sample[i * sample.size() / shares];
        if (splitters.empty() || splitters.back().key < splitter.key) splitters.push_back(splitter);
    }
    return splitters;
}

size_t share_of(const SortItem& item, const std::vector<SortItem>& splitters) {
    auto behind =
        std::upper_bound(splitters.begin(), splitters.end(), item,
                         [](const SortItem& a, const SortItem& b) { return a.key < b.key; });
    return static_cast<size_t>(behind - splitters.begin());
}

// By one word of the key, octet by octet from the last: names are told apart at random, so a sort
// that compares would guess wrong at every other step. Items with the same word keep their order.
void sort_by_word(std::span<SortItem> items, SortItem* other, uint64_t SortKey::*word) {
    constexpr size_t kOctets = sizeof(uint64_t);
    std::array<std::array<uint32_t, 256>, kOctets> counts{};
    for (const SortItem& item : items)
        for (size_t place = 0; place < kOctets; ++place)
            ++counts[place][static_cast<uint8_t>(item.key.*word >> (8 * place))];

    SortItem* from = items.data();
    SortItem* to = other;
    for (size_t place = 0; place < kOctets; ++place) {
        auto octet = [&](const SortItem& item) {
            return static_cast<uint8_t>(item.key.*word >> (8 * place));
        };
        std::array<uint32_t, 256>& next = counts[place];
        if (next[octet(*from)] == items.size()) continue;  // all have the same
        uint32_t begin = 0;
        for (uint32_t& count : next) begin += std::exchange(count, begin);
        for (const SortItem* item = from; item != from + items.size(); ++item)
            to[next[octet(*item)]++] = *item;
        std::swap(from, to);
    }
    if (from != items.data()) std::copy_n(from, items.size(), items.data());
}

// Few items are sorted by `before` at once, many by the words of their keys first.
template <class Before>
void sort_many(std::span<SortItem> items, SortItem* other, uint64_t SortKey::*word, Before before) {
    constexpr size_t kFewestByWord = 512;
    if (items.size() < kFewestByWord) return std::sort(items.begin(), items.end(), before);
    sort_by_word(items, other, word);
    for (size_t first = 0, end; first < items.size(); first = end) {
        for (end = first + 1; end < items.size() && items[end].key.*word == items[first].key.*word;)
            ++end;
        std::span<SortItem> alike = items.subspan(first, end - first);
        if (alike.size() == 1 || std::is_sorted(alike.begin(), alike.end(), before)) continue;
        if (word == &SortKey::high)
            sort_many(alike, other, &SortKey::low, before);
        else
            std::sort(alike.begin(), alike.end(), before);
    }
}

void sort_share(std::span<SortItem> items, const Batches& batches, size_t origin_size) {
    auto owner = [&](const SortItem& item) { return owner_of(item, batches, origin_size); };
    auto before = [&](const SortItem& a, const SortItem& b) {
        if (a.key != b.key) return a.key < b.key;
        int side = dns::canonical_compare(owner(a), owner(b));
        if (side != 0) return side < 0;
        return a.batch != b.batch ? a.batch < b.batch : a.run < b.run;  // as written
    };
    if (std::is_sorted(items.begin(), items.end(), before)) return;
    auto other = std::make_unique_for_overwrite<SortItem[]>(items.size());
    sort_many(items, other.get(), &SortKey::high, before);
}

}  // namespace

void prepare_batch(zoneparser::RecordBatch& batch, const dns::Name& origin) {
    auto made = std::make_shared<PreparedBatch>();
    made->items_at = batch.octets.size();
    batch.octets.grow(batch.run_count * sizeof(SortItem));  // may move the runs
    auto* item = reinterpret_cast<SortItem*>(batch.octets.data() + made->items_at);
    for (const zoneparser::OwnerRun& run : batch.runs) {
        dns::NameView owner = batch.owner(run);
        auto offset =
            static_cast<size_t>(reinterpret_cast<const uint8_t*>(&run) - batch.octets.data());
        if (!dns::is_at_or_below(owner, origin)) {
            made->outside_runs.push_back(offset);
            continue;
        }
        dns::NameView relative(owner.data(), owner.size() - origin.size());
        *item++ = {sort_key(relative), 0, static_cast<uint32_t>(offset / 8)};
        ++made->item_count;
        add_bounds(*made, run, relative);
    }
    batch.prepared = std::move(made);
}

SortedItems sort_items(const Batches& batches, size_t origin_size, unsigned threads) {
    size_t total = 0;
    for (const auto& batch : batches) total += prepared_items(*batch).size();
    std::vector<SortItem> splitters = choose_splitters(batches, total);
    size_t shares = splitters.size() + 1;

    // How many items of each batch go to each share, then from where on they stand there.
    std::vector<std::vector<size_t>> at(batches.size(), std::vector<size_t>(shares, 0));
    if (shares > 1) {
        share_out(threads, batches.size(), [&](size_t b) {
            for (const SortItem& item : prepared_items(*batches[b]))
                ++at[b][share_of(item, splitters)];
        });
    } else {
        for (size_t b = 0; b < batches.size(); ++b) at[b][0] = prepared_items(*batches[b]).size();
    }
    SortedItems sorted;
    sorted.items = BigArray<SortItem>(total);
    sorted.bounds.push_back(0);
    size_t position = 0;
    for (size_t share = 0; share < shares; ++share) {
        for (auto& counts : at) {
            size_t count = counts[share];
            counts[share] = position;
            position += count;
        }
        sorted.bounds.push_back(position);
    }
    share_out(threads, batches.size(), [&](size_t b) {
        for (SortItem item : prepared_items(*batches[b])) {
            item.batch = static_cast<uint32_t>(b);
            size_t share = shares > 1 ? share_of(item, splitters) : 0;
            sorted.items[at[b][share]++] = item;
        }
    });
    share_out(threads, shares,
              [&](size_t share) { sort_share(sorted.share(share), batches, origin_size); });
    return sorted;
}

}  // namespace zones
