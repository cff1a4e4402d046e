#include "server/net/rate_limit.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace server {

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
// Of a bucket's time, in ns. What is below it is not time.
constexpr uint64_t kUnit = 256;
constexpr uint64_t kTimeMask = ~(kUnit - 1);
constexpr uint64_t kLimited = 0x80;
constexpr uint64_t kSlipMask = 0x7f;
// How often another worker may get in between; an answer that is not counted is no harm.
constexpr int kAttempts = 8;

bool is_cookie_good(dns::CookieState state) {
    return state == dns::CookieState::valid || state == dns::CookieState::renewable;
}

// Clears all but the first `prefix` bits of 128.
void keep_prefix(Address& address, unsigned prefix) {
    for (unsigned i = 0; i < 16; ++i) {
        const unsigned kept = prefix <= 8 * i ? 0 : std::min(prefix - 8 * i, 8u);
        address.octets[i] &= static_cast<uint8_t>(0xff00 >> kept);
    }
}

uint64_t prefix_mask(unsigned prefix) {
    uint64_t mask = prefix == 0 ? 0 : ~uint64_t{0} << (64 - std::min(prefix, 64u));
    return std::endian::native == std::endian::little ? __builtin_bswap64(mask) : mask;
}

}  // namespace

RateLimiter::RateLimiter(RateLimitSettings settings, dns::SipKey key)
    : settings_(std::move(settings)), key_(key) {
    settings_.window = std::clamp<uint32_t>(settings_.window, 1, 3600);
    settings_.slip = std::min<uint32_t>(settings_.slip, kSlipMask);
    settings_.ipv4_prefix = std::min<uint8_t>(settings_.ipv4_prefix, 32);
    settings_.ipv6_prefix = std::min<uint8_t>(settings_.ipv6_prefix, 128);
    const bool off = settings_.mode == RateLimitSettings::Mode::off;
    for (size_t i = 0; i < interval_.size(); ++i)
        if (!off && settings_.per_second[i] > 0)
            interval_[i] =
                std::max(kUnit, (kSecond / settings_.per_second[i] + kUnit / 2) & kTimeMask);
    for (size_t family = 0; family < 2; ++family) {
        const unsigned prefix = family == 0 ? settings_.ipv4_prefix + 96u : settings_.ipv6_prefix;
        masks_[family] = {prefix_mask(prefix), prefix <= 64 ? 0 : prefix_mask(prefix - 64)};
    }
    const size_t wanted = std::max<size_t>(settings_.buckets / Line().buckets.size(), 1);
    const size_t lines = std::bit_ceil(wanted);
    // Zero pages that are touched as they are needed.
    void* memory = ::mmap(nullptr, lines * sizeof(Line), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    lines_ = static_cast<Line*>(memory);
    line_mask_ = lines - 1;
}

RateLimiter::~RateLimiter() {
    ::munmap(static_cast<void*>(lines_), (line_mask_ + 1) * sizeof(Line));
}

uint64_t RateLimiter::key_of(const Request& request, const Outcome& outcome) const {
    uint64_t words[2];
    std::memcpy(words, request.client.address.octets.data(), sizeof words);
    const Masks& masks = masks_[request.client.address.is_v4() ? 0 : 1];
    dns::SipState<1, 3> state(key_);
    state.absorb(words[0] & masks.high);
    state.absorb(words[1] & masks.low);
    // Errors are one whatever they are asked for: names made up at random lead to REFUSED.
    const bool error = outcome.kind == AnswerKind::error;
    const uint64_t kind = static_cast<uint64_t>(outcome.kind) + 1;
    state.absorb((error ? 0 : outcome.limit_hash) ^ kind << 59 ^ kind << 40);
    const uint64_t key = state.digest();
    return key == 0 ? 1 : key;  // 0 is an empty bucket
}

RateLimiter::Bucket& RateLimiter::bucket_of(uint64_t key) {
    Line& line = lines_[key & line_mask_];
    Bucket* longest_quiet = &line.buckets[0];
    for (Bucket& bucket : line.buckets) {
        if (bucket.key.load(std::memory_order_relaxed) == key) return bucket;
        if (bucket.due.load(std::memory_order_relaxed) <
            longest_quiet->due.load(std::memory_order_relaxed))
            longest_quiet = &bucket;
    }
    // A network that is limited is the last to be forgotten, however many others come.
    longest_quiet->key.store(key, std::memory_order_relaxed);
    longest_quiet->due.store(0, std::memory_order_relaxed);
    return *longest_quiet;
}

Limit RateLimiter::count(uint64_t key, AnswerKind kind, int64_t now_ns, bool& began) {
    const uint64_t now = static_cast<uint64_t>(now_ns) & kTimeMask;
    const uint64_t interval = interval_[static_cast<size_t>(kind)];
    const uint64_t latest = now + (1 + settings_.window) * kSecond;
    std::atomic<uint64_t>& due = bucket_of(key).due;
    uint64_t seen = due.load(std::memory_order_relaxed);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const uint64_t time = std::max(seen & kTimeMask, now) + interval;
        const bool limited = time > now + kSecond + interval / 2;
        uint64_t count = limited ? (seen & kSlipMask) + 1 : 0;
        const bool slips = settings_.slip > 0 && count >= settings_.slip;
        if (slips) count = 0;
        uint64_t next = std::min(time, latest) & kTimeMask;
        if (limited) next |= kLimited | std::min(count, kSlipMask);
        if (!due.compare_exchange_weak(seen, next, std::memory_order_relaxed)) continue;
        began = limited && (seen & kLimited) == 0;
        if (!limited) return Limit::pass;
        if (settings_.mode == RateLimitSettings::Mode::log) return Limit::logged;
        return slips ? Limit::slip : Limit::drop;
    }
    return Limit::pass;
}

bool RateLimiter::still_limited(uint64_t key, int64_t now_ns) const {
    for (const Bucket& bucket : lines_[key & line_mask_].buckets)
        if (bucket.key.load(std::memory_order_relaxed) == key)
            return (bucket.due.load(std::memory_order_relaxed) & kTimeMask) >
                   static_cast<uint64_t>(now_ns) + kSecond;
    return false;
}

// Who holds a key is no forger, and a slip would have to be signed; what comes with a bad signature
// is limited as any other error is.
bool RateLimiter::is_counted(const Request& request, const Outcome& outcome) const {
    return outcome.action == Action::reply && request.client.transport == Transport::udp &&
           outcome.signature != dns::TsigState::good &&
           interval_[static_cast<size_t>(outcome.kind)] != 0 && !is_cookie_good(outcome.cookie) &&
           !(settings_.exempt_loopback && request.client.address.is_loopback());
}

void RateLimiter::tell(LimitRing& events, uint64_t key, const Request& request,
                       const Outcome& outcome, dns::UnixTime now) const {
    LimitEvent* event = events.reserve();
    if (event == nullptr) return;
    const bool v4 = request.client.address.is_v4();
    event->time = now;
    event->key = key;
    event->network = request.client.address;
    event->prefix = v4 ? settings_.ipv4_prefix : settings_.ipv6_prefix;
    keep_prefix(event->network, v4 ? event->prefix + 96u : event->prefix);
    event->kind = outcome.kind;
    event->name_size = 0;
    if (outcome.has_question && request.message.size() > dns::kHeaderSize) {
        const dns::Octets rest = request.message.subspan(dns::kHeaderSize);
        event->name_size = static_cast<uint8_t>(dns::measure_name(rest.data(), rest.size()));
        std::copy_n(rest.data(), event->name_size, event->name_octets.begin());
    }
    events.commit();
}

void RateLimiter::decide(std::span<const Request> requests, std::span<const Outcome> outcomes,
                         std::span<Limit> limits, int64_t now_ns, dns::UnixTime now,
                         LimitRing* events) {
    std::array<uint64_t, kBatch> keys;
    const size_t count = std::min(outcomes.size(), kBatch);
    // All lines of the batch are asked for before the first is needed.
    for (size_t i = 0; i < count; ++i) {
        keys[i] = 0;
        if (!is_counted(requests[i], outcomes[i])) continue;
        keys[i] = key_of(requests[i], outcomes[i]);
        __builtin_prefetch(&lines_[keys[i] & line_mask_], 1);
    }
    for (size_t i = 0; i < count; ++i) {
        limits[i] = Limit::pass;
        if (keys[i] == 0) continue;
        bool began = false;
        const Limit limit = this->count(keys[i], outcomes[i].kind, now_ns, began);
        if (limit == Limit::pass || settings_.exempt.contains(requests[i].client.address)) continue;
        limits[i] = limit;
        if (began && events != nullptr) tell(*events, keys[i], requests[i], outcomes[i], now);
    }
}

}  // namespace server
