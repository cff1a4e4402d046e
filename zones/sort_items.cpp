#include "zones/sort_items.h"

#include <algorithm>

#include "zones/node.h"
#include "zones/parallel.h"

namespace zones {

namespace {

// So small that two threads find work to the end, so big that the cuts cost nothing.
constexpr size_t kItemsPerShare = 32768;
constexpr size_t kMaxShares = 256;
constexpr size_t kSamplesPerShare = 32;

uint64_t big_endian(const uint8_t* octets) {
    uint64_t word;
    std::memcpy(&word, octets, 8);
    return __builtin_bswap64(word);
}

// True if one of the eight octets is 0 or 1.
bool has_low_octet(uint64_t octets) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    return ((octets - 2 * kOnes) & ~octets & (0x80 * kOnes)) != 0;
}

// The first 16 octets of the sort key, without making the rest. A label without octets 0 and 1
// stands in the key as it is, in lower case.
void first_of_key(dns::NameView relative, SortItem& item) {
    alignas(8) uint8_t key[16 + 2 * (dns::kMaxLabel + 1) + 8] = {};
    dns::LabelOffsets labels(relative);
    size_t size = 0;
    for (size_t i = labels.count; i-- > 0 && size < 16;) {
        const uint8_t* label = relative.data() + labels.at[i];
        size_t octets = label[0];
        bool low = false;
        size_t k = 0;
        for (; k + 8 <= octets && size + k < 16; k += 8) {
            uint64_t word = dns::load8(label + 1 + k);
            low |= has_low_octet(word);
            word = dns::lower8(word);
            std::memcpy(key + size + k, &word, 8);
        }
        if (k < octets && size + k < 16) {
            // What is behind the label's end is zero in the key, but no octet of the label.
            static constexpr uint8_t kBehind[16] = {0,    0,    0,    0,    0,    0,    0,    0,
                                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
            const size_t rest = std::min<size_t>(octets - k, 8);
            uint64_t word = dns::load_short(label + 1 + k, rest);
            low |= has_low_octet(word | dns::load8(kBehind + 8 - rest));
            word = dns::lower8(word);
            std::memcpy(key + size + k, &word, 8);
        }
        if (low) {
            size += dns::write_sort_key(dns::NameView(label, octets + 1), key + size);
        } else {
            size += octets;
            key[size++] = 0;
        }
    }
    item.key_high = big_endian(key);
    item.key_low = big_endian(key + 8);
}

// At most so many octets of nodes come of a run: its name, the empty non-terminals above it, its
// records with entries and links.
size_t most_node_octets(const zoneparser::RecordBatch& batch, const zoneparser::OwnerRun& run,
                        dns::NameView relative) {
    constexpr size_t kNode = sizeof(NodeHead) + 16;
    constexpr size_t kRecord = sizeof(RrsetEntry) + RecordView::kHead + 2 * sizeof(Ref);
    size_t octets = (kNode + relative.size()) * std::max<size_t>(relative.label_count(), 1);
    const zoneparser::RecordHead* head = batch.first_record(run);
    for (uint32_t i = 0; i < run.record_count; ++i, head = head->next())
        octets += kRecord + head->rdata_size;
    return octets;
}

const PreparedBatch& prepared(const zoneparser::RecordBatch& batch) {
    return *static_cast<const PreparedBatch*>(batch.prepared.get());
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
        for (const SortItem& item : prepared(*batch).items)
            if (position++ % stride == 0) sample.push_back(item);
    auto before = [](const SortItem& a, const SortItem& b) { return a.key_before(b); };
    std::sort(sample.begin(), sample.end(), before);
    for (size_t i = 1; i < shares; ++i) {
        const SortItem& splitter = sample[i * sample.size() / shares];
        if (splitters.empty() || splitters.back().key_before(splitter))
            splitters.push_back(splitter);
    }
    return splitters;
}

size_t share_of(const SortItem& item, const std::vector<SortItem>& splitters) {
    auto behind = std::upper_bound(splitters.begin(), splitters.end(), item,
                                   [](const SortItem& a, const SortItem& b) {
                                       return a.key_before(b);
                                   });
    return static_cast<size_t>(behind - splitters.begin());
}

void sort_share(std::span<SortItem> items, const Batches& batches, size_t origin_size) {
    auto owner = [&](const SortItem& item) { return owner_of(item, batches, origin_size); };
    auto before = [&](const SortItem& a, const SortItem& b) {
        if (!a.same_key(b)) return a.key_before(b);
        int side = dns::canonical_compare(owner(a), owner(b));
        if (side != 0) return side < 0;
        return a.batch != b.batch ? a.batch < b.batch : a.run < b.run;  // as written
    };
    if (!std::is_sorted(items.begin(), items.end(), before))
        std::sort(items.begin(), items.end(), before);
}

}  // namespace

void prepare_batch(zoneparser::RecordBatch& batch, const dns::Name& origin) {
    auto made = std::make_shared<PreparedBatch>();
    made->items.reserve(batch.runs.size());
    for (size_t i = 0; i < batch.runs.size(); ++i) {
        dns::NameView owner = batch.owner(batch.runs[i]);
        if (!dns::is_at_or_below(owner, origin)) {
            made->outside_runs.push_back(static_cast<uint32_t>(i));
            continue;
        }
        SortItem item{};
        item.run = static_cast<uint32_t>(i);
        dns::NameView relative(owner.data(), owner.size() - origin.size());
        first_of_key(relative, item);
        made->most_node_octets += most_node_octets(batch, batch.runs[i], relative);
        made->items.push_back(item);
    }
    batch.prepared = std::move(made);
}

SortedItems sort_items(const Batches& batches, size_t origin_size, unsigned threads) {
    size_t total = 0;
    for (const auto& batch : batches) total += prepared(*batch).items.size();
    std::vector<SortItem> splitters = choose_splitters(batches, total);
    size_t shares = splitters.size() + 1;

    // How many items of each batch go to each share, then from where on they stand there.
    std::vector<std::vector<size_t>> at(batches.size(), std::vector<size_t>(shares, 0));
    if (shares > 1) {
        share_out(threads, batches.size(), [&](size_t b) {
            for (const SortItem& item : prepared(*batches[b]).items)
                ++at[b][share_of(item, splitters)];
        });
    } else {
        for (size_t b = 0; b < batches.size(); ++b) at[b][0] = prepared(*batches[b]).items.size();
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
        for (SortItem item : prepared(*batches[b]).items) {
            item.batch = static_cast<uint32_t>(b);
            size_t share = shares > 1 ? share_of(item, splitters) : 0;
            sorted.items[at[b][share]++] = item;
        }
    });
    share_out(threads, shares, [&](size_t share) {
        sort_share(sorted.share(share), batches, origin_size);
    });
    return sorted;
}

}  // namespace zones
