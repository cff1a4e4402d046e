#include "server/net/counters.h"

#include <algorithm>
#include <bit>

namespace server {

namespace {

// One more in whichever of `from` it is; what lies behind the end counts as the last.
template <size_t Size>
void count_in(std::array<Counter, Size>& counters, size_t index) {
    counters[std::min(index, Size - 1)].add();
}

template <size_t Size>
void add_up(std::array<uint64_t, Size>& sums, const std::array<Counter, Size>& counters) {
    for (size_t i = 0; i < Size; ++i) sums[i] += counters[i].read();
}

void add_up(std::vector<uint64_t>& sums, const CounterTable& counters) {
    const size_t size = counters.size();
    if (sums.size() < size) sums.resize(size);
    for (size_t i = 0; i < size; ++i) sums[i] += counters.read(i);
}

constexpr std::array<const char*, kTallies> kTallyNames = {
    "silent",          "truncated",       "oversized",      "own",           "send-failed",
    "limited-dropped", "limited-slipped", "limited-logged", "tcp-opened",    "tcp-closed",
    "tcp-evicted",     "tcp-refused",     "tcp-timed-out",  "tcp-idled-out", "accept-failed",
    "sets-taken",      "out-of-memory",
};

}  // namespace

size_t CounterTable::block_of(size_t number) {
    const size_t width = static_cast<size_t>(std::bit_width(number));
    return width <= kFirst ? 0 : width - kFirst;
}

size_t CounterTable::block_start(size_t block) {
    return block == 0 ? 0 : size_t{1} << (kFirst + block - 1);
}

Counter& CounterTable::at(size_t number) const {
    const size_t block = block_of(number);
    return blocks_[block].load(std::memory_order_acquire)[number - block_start(block)];
}

CounterTable::~CounterTable() {
    for (auto& block : blocks_) std::free(block.load(std::memory_order_relaxed));
}

bool CounterTable::make_room(size_t size) {
    if (size <= size_.load(std::memory_order_relaxed)) return true;
    const size_t last = block_of(size - 1);
    if (last >= kBlocks) return false;
    for (size_t i = 0; i <= last; ++i) {
        if (blocks_[i].load(std::memory_order_relaxed) != nullptr) continue;
        const size_t count = block_start(i + 1) - block_start(i);
        // calloc, because the pages of counters that never count are then never touched.
        auto* block = static_cast<Counter*>(std::calloc(count, sizeof(Counter)));
        if (block == nullptr) return false;
        blocks_[i].store(block, std::memory_order_release);
    }
    size_.store(size, std::memory_order_release);
    return true;
}

const char* tally_name(Tally tally) {
    return kTallyNames[static_cast<size_t>(tally)];
}

void Counters::count(Transport transport, std::span<const Outcome> outcomes) {
    queries[static_cast<size_t>(transport)].add(outcomes.size());
    for (const Outcome& outcome : outcomes) {
        if (outcome.action == Action::silence) {
            (*this)[Tally::silent].add();
            continue;
        }
        count_in(rcodes, outcome.rcode);
        count_in(kinds, static_cast<size_t>(outcome.kind));
        count_in(cookies, static_cast<size_t>(outcome.cookie));
        if (outcome.signature != dns::TsigState::none)
            count_in(signatures, static_cast<size_t>(outcome.signature));
        if (outcome.truncated) (*this)[Tally::truncated].add();
        if (outcome.has_question) count_in(types, outcome.type);
        if (outcome.view != nullptr) views.add(outcome.view->number);
        if (outcome.zone != nullptr) zones.add(outcome.zone->number());
    }
}

void Counters::count_latency(int64_t nanoseconds, size_t answers) {
    const uint64_t took = nanoseconds < 1 ? 1 : static_cast<uint64_t>(nanoseconds);
    const size_t bucket = static_cast<size_t>(std::bit_width(took)) - 1;
    latency[std::min(bucket, kLatencyBuckets - 1)].add(answers);
}

void Counters::make_room(const Set& set) {
    views.make_room(set.view_numbers);
    zones.make_room(set.zone_numbers);
}

void Totals::add(const Counters& counters) {
    add_up(queries, counters.queries);
    add_up(rcodes, counters.rcodes);
    add_up(types, counters.types);
    add_up(kinds, counters.kinds);
    add_up(cookies, counters.cookies);
    add_up(signatures, counters.signatures);
    add_up(tallies, counters.tallies);
    add_up(latency, counters.latency);
    add_up(views, counters.views);
    add_up(zones, counters.zones);
}

uint64_t Totals::all_queries() const {
    uint64_t sum = 0;
    for (uint64_t some : queries) sum += some;
    return sum;
}

uint64_t Totals::latency_quantile(double share) const {
    uint64_t all = 0;
    for (uint64_t some : latency) all += some;
    if (all == 0) return 0;
    const double wanted = share * static_cast<double>(all);
    uint64_t seen = 0;
    for (size_t i = 0; i < latency.size(); ++i) {
        seen += latency[i];
        if (static_cast<double>(seen) >= wanted) return (uint64_t{2} << i) - 1;
    }
    return (uint64_t{2} << (latency.size() - 1)) - 1;
}

}  // namespace server
