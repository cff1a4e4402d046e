#include "server/net/connection_limits.h"

namespace server {

namespace {

// Raises a count that is below its limit.
template <class Number>
bool take_one(std::atomic<Number>& count, size_t limit) {
    Number now = count.load(std::memory_order_relaxed);
    while (now < limit)
        if (count.compare_exchange_weak(now, now + 1, std::memory_order_relaxed)) return true;
    return false;
}

}  // namespace

ConnectionLimits::ConnectionLimits(size_t total, size_t per_client, dns::SipKey key)
    : total_(total),
      per_client_(per_client),
      key_(key),
      counts_(new std::atomic<uint32_t>[2 * kCells]()) {}

bool ConnectionLimits::take() {
    return take_one(open_, total_);
}

void ConnectionLimits::give_back() {
    open_.fetch_sub(1, std::memory_order_relaxed);
}

ConnectionLimits::Cells ConnectionLimits::cells_of(const Address& client) const {
    const dns::Octets octets = client.family_octets();
    // IPv6 clients have a /64 of their own, and any address in it.
    const uint64_t hash = dns::siphash24(key_, octets.data(), octets.size() == 4 ? 4 : 8);
    return {&counts_[hash % kCells], &counts_[kCells + (hash >> 32) % kCells]};
}

bool ConnectionLimits::take(const Address& client) {
    const Cells cells = cells_of(client);
    if (cells.first->load(std::memory_order_relaxed) >= per_client_ &&
        cells.second->load(std::memory_order_relaxed) >= per_client_)
        return false;
    cells.first->fetch_add(1, std::memory_order_relaxed);
    cells.second->fetch_add(1, std::memory_order_relaxed);
    return true;
}

void ConnectionLimits::give_back(const Address& client) {
    const Cells cells = cells_of(client);
    cells.first->fetch_sub(1, std::memory_order_relaxed);
    cells.second->fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace server
