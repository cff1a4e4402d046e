// Chains of NSEC3: the hashed owners of one chain in order, each name looked for among them, and
// then what is left over and how they are linked.
//
//   gather     0p9m.. 2t7b.. 35mt.. 8um1..          in the order of the hashes
//   names      example: 0p9m, a.example: 35mt, ...   each marks its entry (any thread)
//   finish     2t7b is marked by no name: extra; 0p9m leads to 35mt: wrong
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "dns/sha1.h"
#include "signer/verify_zone_context.h"

namespace signer {

struct HashParameters {
    uint8_t algorithm = 0;
    uint8_t flags = 0;
    uint16_t iterations = 0;
    std::vector<uint8_t> salt;

    // From NSEC3 or NSEC3PARAM rdata.
    static bool read(dns::Octets rdata, HashParameters& out);
    bool same_chain(const HashParameters& other) const {
        return algorithm == other.algorithm && iterations == other.iterations && salt == other.salt;
    }
};

// The parameter sets of the zone's NSEC3PARAM records that can be used and are worth the work; says
// what is the matter with the others.
std::vector<HashParameters> usable_chains(VerifyContext& context);

class HashedChain {
  public:
    // `all` are those of the zone: records of none of them may be misfits of this chain.
    HashedChain(VerifyContext& context, HashParameters parameters,
                std::span<const HashParameters> all);

    // Looks for a name's hash, and at what its record lists. From any thread.
    void verify_name(VerifyContext& context, const zones::NodeView& node, NameRole role);
    // When all names have been.
    void finish(VerifyContext& context);

  private:
    struct Entry {
        dns::Sha1Digest hash;
        uint32_t rank;
        uint16_t record;  // in the NSEC3 RRset there
        bool opt_out;
    };
    // Entries by hash, and for each whether a name has that hash.
    struct Entries {
        std::vector<Entry> rows;
        std::unique_ptr<std::atomic<bool>[]> named;

        void settle();
        size_t position(const dns::Sha1Digest& hash) const;  // of the first that is not before it
        const Entry* mark(const dns::Sha1Digest& hash);      // null if there is none
    };
    struct Link {
        const Entry* entry;
        bool named;
    };

    void gather(VerifyContext& context, std::span<const HashParameters> all);
    void add_owner(VerifyContext& context, uint32_t rank, const zones::RrsetView& nsec3,
                   std::span<const HashParameters> all);
    bool is_in_opt_out_span(const dns::Sha1Digest& hash) const;
    void note_missing(const dns::Sha1Digest& hash);
    void verify_bitmap(VerifyContext& context, const Entry& entry, const zones::NodeView& node,
                       NameRole role) const;
    std::vector<Link> links(VerifyContext& context);
    void verify_link(VerifyContext& context, const std::vector<Link>& chain, size_t at) const;

    HashParameters parameters_;
    Entries chain_;
    Entries others_;  // whose parameters no NSEC3PARAM has
    std::mutex mutex_;
    std::vector<dns::Sha1Digest> missing_;
};

}  // namespace signer
