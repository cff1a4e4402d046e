// What NSEC and NSEC3 records prove, seen from the side of who reads them: RFC 4035 5.4, RFC 5155
// 8.3 to 8.9, RFC 6840 4. denial.h is the other side, that of who sends them.
//
//   a name is missing         covered, and so is the wildcard at its closest encloser
//   a type is missing         the record of the name (or of the wildcard that stands for it), or
//   the
//                             name lies on the way to another one: an empty non-terminal
//   a wildcard was right      nothing is nearer to the name than the wildcard's parent
//   a cut has no DS           the record of the cut, or an opted-out span over it
//
// A proof that rests on an opted-out span says less than others: there may be unsigned delegations.
#pragma once

#include "tests/reference/zone.h"

namespace apex_tests::reference {

enum class Proven { no, yes, with_opt_out };

class DenialProof {
  public:
    // `records`: NSEC and NSEC3 RRsets with good signatures that were not made from a wildcard.
    DenialProof(Name zone, std::vector<Rrset> records);

    Proven no_name(const Name& name) const;
    Proven no_type(const Name& name, uint16_t type) const;
    // The answer was made from the wildcard at `encloser`.
    Proven from_wildcard(const Name& name, const Name& encloser) const;
    Proven no_ds_at_cut(const Name& cut) const;

  private:
    struct Nsec {
        Name owner, next;
        std::vector<uint16_t> types;
    };
    struct Nsec3 {
        std::string hash, next;  // octets
        bool opt_out;
        std::vector<uint16_t> types;
    };
    struct Encloser {
        Name name;
        bool opt_out;  // of the span over the next closer name
    };

    const Nsec* nsec_of(const Name& name) const;
    const Nsec* nsec_over(const Name& name) const;
    Proven no_name_by_nsec(const Name& name) const;
    Proven no_type_by_nsec(const Name& name, uint16_t type) const;

    void read_nsec3(const Rrset& rrset);
    std::string hash(const Name& name) const;
    const Nsec3* nsec3_of(const Name& name) const;
    const Nsec3* nsec3_over(const Name& name) const;
    const Encloser* closest_encloser(const Name& name, Encloser& room) const;
    Proven no_name_by_nsec3(const Name& name) const;
    Proven no_type_by_nsec3(const Name& name, uint16_t type) const;

    Name zone_;
    std::vector<Nsec> nsec_;
    std::vector<Nsec3> nsec3_;
    std::string salt_;
    unsigned iterations_ = 0;
};

}  // namespace apex_tests::reference
