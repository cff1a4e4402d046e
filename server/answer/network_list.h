// A list of networks as configurations write it: an address is in the list if a network holds it
// and no network with ! does. A list of ! alone holds all other addresses.
//
//   ["!10.9.0.0/16", "10.0.0.0/8", "fd00::/8"]
#pragma once

#include <string>
#include <vector>

#include "dns/base/result.h"
#include "server/answer/client.h"

namespace server {

// A network of one family: ::/0 holds no IPv4 address. Only "any" holds both.
struct Network {
    Address address;
    uint8_t prefix = 0;  // of 128; an IPv4 network's own length + 96
    bool excluded = false;
    bool any = false;  // all addresses of both families; address and prefix are 0

    bool holds(const Address& other) const;
};

// "10.0.0.0/8", "!2001:db8::/32", an address alone, "any", "none" (which is "!any"). Bits behind
// the prefix are a fault, and so is ::ffff:0:0/96 and longer (write it as IPv4).
dns::Result<Network> read_network(std::string_view text);

// As read_network() takes it.
std::string to_text(const Network& network);

class NetworkList {
  public:
    NetworkList() = default;
    explicit NetworkList(std::vector<Network> networks);
    bool contains(const Address& address) const;
    // The smallest network in it that holds the address; null if none does.
    const Network* closest(const Address& address) const;
    const std::vector<Network>& networks() const { return networks_; }

  private:
    std::vector<Network> networks_;
    bool any_included_ = false;
};

}  // namespace server
