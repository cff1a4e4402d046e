// Random views, as a configuration writes them, and a plain reading of the manual's words about who
// is answered by which: list by list, bit by bit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/answer/set.h"
#include "tests/properties/random.h"

namespace apex_tests {

// As bits, the first one first; IPv4 has 32 of them.
using AddressBits = std::string;

struct PlainNetwork {
    bool excluded = false;
    bool any = false;
    bool is_v4 = false;
    AddressBits bits;  // of its prefix
};
using PlainList = std::optional<std::vector<PlainNetwork>>;

struct PlainView {
    PlainList clients, destinations;
    std::optional<std::vector<server::KeyNumber>> keys;
};

class RandomViews {
  public:
    RandomViews(Random& random, size_t views, size_t networks);

    const std::vector<std::shared_ptr<const server::View>>& views() const { return views_; }
    // An address near the edge of a network, or any.
    server::Address address();
    server::KeyNumber key() { return static_cast<server::KeyNumber>(random_.below(6)); }
    // The number of the view that answers; the count of views if none does.
    size_t answering(const server::Client& client, server::KeyNumber key) const;
    std::string text() const { return text_; }

  private:
    AddressBits random_bits(size_t count);
    PlainNetwork network();
    PlainList list(size_t networks, std::optional<server::NetworkList>& out);

    Random& random_;
    std::vector<AddressBits> stems_;  // that networks have in common
    std::vector<PlainNetwork> networks_;
    std::vector<PlainView> plain_;
    std::vector<std::shared_ptr<const server::View>> views_;
    std::string text_;
};

AddressBits bits_of(const server::Address& address);
server::Address address_of(const AddressBits& bits);

}  // namespace apex_tests
