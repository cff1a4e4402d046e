// How many TCP connections there may be, for the whole process and for one client: counted by all
// workers in one table of atomics. A client is an IPv4 address or an IPv6 /64.
//
// A client's count is the smaller of two cells chosen by a keyed hash: whoever wants to keep
// another client out would have to fill both of its cells without knowing where they are.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "dns/siphash.h"
#include "server/answer/client.h"

namespace server {

class ConnectionLimits {
  public:
    ConnectionLimits(size_t total, size_t per_client, dns::SipKey key);

    size_t total() const { return total_; }
    size_t open() const { return open_.load(std::memory_order_relaxed); }

    // A place among all connections; false if they are all taken.
    bool take();
    void give_back();
    bool take(const Address& client);
    void give_back(const Address& client);

  private:
    static constexpr size_t kCells = size_t{1} << 16;
    struct Cells {
        std::atomic<uint32_t>* first;
        std::atomic<uint32_t>* second;
    };
    Cells cells_of(const Address& client) const;

    size_t total_;
    size_t per_client_;
    dns::SipKey key_;
    std::atomic<size_t> open_{0};
    std::unique_ptr<std::atomic<uint32_t>[]> counts_;  // two rows of kCells
};

}  // namespace server
