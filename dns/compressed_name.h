// A name as messages hold it: labels, and at the end perhaps a pointer to where the rest stands
// (RFC 1035 4.1.4). The request reader and the message reader share it.
#pragma once

#include "dns/rdata.h"

namespace dns {

// A whole name, put together in memory of its own.
//
//   at 12: 3 w w w 7 e x a m p l e 0     at 40: 3 f t p | pointer to 16  ->  ftp.example.
//
// Each pointer leads to what stands before, and there are at most as many as a name has labels, so
// that there is an end to it.
class ExpandedName {
  public:
    // Reads the name at `at`, which is moved behind it. Null if all is well, else what is wrong with
    // it: "is cut short".
    const char* read(Octets message, size_t& at);
    NameView name() const { return NameView(octets_, size_); }

  private:
    uint8_t octets_[kMaxName];
    size_t size_ = 0;
};

}  // namespace dns
