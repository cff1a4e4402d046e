#include "tests/reference/targets.h"

#include "tests/reference/numbers.h"

namespace apex_tests::reference {

Name name_at(const std::string& rdata, size_t at) {
    return from_wire({reinterpret_cast<const uint8_t*>(rdata.data()) + at, rdata.size() - at});
}

std::optional<Target> target_of(uint16_t rrtype, const std::string& rdata, const Name& owner) {
    switch (rrtype) {
        case type::NS:
            return Target{name_at(rdata, 0)};
        case type::MX:
        case type::AFSDB:
        case type::RT:
        case type::KX:
        case type::LP:
            return Target{name_at(rdata, 2)};
        case type::SRV:
            return Target{name_at(rdata, 6)};
        case type::NAPTR: {
            size_t at = 4;
            for (int strings = 0; strings < 3; ++strings)
                at += static_cast<uint8_t>(rdata[at]) + 1u;
            return Target{name_at(rdata, at), false, true};
        }
        case type::SVCB:
        case type::HTTPS: {
            bool alias = rdata[0] == 0 && rdata[1] == 0;
            Name target = name_at(rdata, 2);
            if (!target.empty()) return Target{target, alias};
            // RFC 9460 2.5: "." is the owner itself, in AliasMode that there is no service.
            if (alias) return std::nullopt;
            return Target{owner};
        }
        default:
            return std::nullopt;
    }
}

bool room_is_used_for(uint16_t rrtype) {
    switch (rrtype) {
        case type::NS:
        case type::MX:
        case type::SRV:
        case type::NAPTR:
        case type::SVCB:
        case type::HTTPS:
            return true;
        default:
            return false;
    }
}

}  // namespace apex_tests::reference
