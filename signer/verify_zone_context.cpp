#include "signer/verify_zone_context.h"

#include <algorithm>
#include <iterator>

#include "signer/moment.h"

namespace signer {

void verify_chain_ttl(VerifyContext& context, const zones::RrsetView& denial, uint32_t wanted,
                      bool& told) {
    if (told || denial.ttl() == wanted) return;
    told = true;
    zones::report(context.rules, rule::nsec_ttl, denial.place(0), zones::TypeWord{denial.type()},
                  denial.ttl(), wanted);
}

std::string time_text(uint32_t time, dns::UnixTime now) {
    return moment_text(now + static_cast<int32_t>(time - static_cast<uint32_t>(now)));
}

namespace {

std::string list_of(const std::vector<uint16_t>& types) {
    constexpr size_t kMostTold = 8;
    std::string text;
    for (size_t i = 0; i < types.size() && i < kMostTold; ++i)
        text += (i > 0 ? ", " : "") + dns::type_text(types[i]);
    if (types.size() > kMostTold)
        text += " and " + std::to_string(types.size() - kMostTold) + " more";
    return text;
}

}  // namespace

std::string bitmap_difference(const std::vector<uint16_t>& listed,
                              const std::vector<uint16_t>& present) {
    if (listed == present) return "";
    std::vector<uint16_t> spare, left_out;
    std::set_difference(listed.begin(), listed.end(), present.begin(), present.end(),
                        std::back_inserter(spare));
    std::set_difference(present.begin(), present.end(), listed.begin(), listed.end(),
                        std::back_inserter(left_out));
    std::string text;
    if (!spare.empty())
        text = "lists " + list_of(spare) +
               (spare.size() == 1 ? ", which is not there" : ", which are not there");
    if (!left_out.empty())
        text += std::string(text.empty() ? "" : ", and ") + "leaves out " + list_of(left_out);
    return text;
}

std::vector<uint16_t> types_of_bitmap(dns::Octets bitmap) {
    std::vector<uint16_t> types;
    while (bitmap.size() >= 2 && bitmap.size() >= size_t{2} + bitmap[1]) {
        for (unsigned i = 0; i < bitmap[1]; ++i)
            for (unsigned bit = 0; bit < 8; ++bit)
                if (bitmap[2 + i] & 0x80 >> bit)
                    types.push_back(static_cast<uint16_t>(bitmap[0] << 8 | (i * 8 + bit)));
        bitmap = bitmap.subspan(size_t{2} + bitmap[1]);
    }
    return types;
}

std::vector<uint16_t> types_present(const zones::NodeView& node, NameRole role) {
    bool cut = role == NameRole::unsigned_cut || role == NameRole::signed_cut;
    std::vector<uint16_t> types;
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        uint16_t type = node.entries()[i].type;
        bool of_chain =
            type == dns::type::RRSIG || type == dns::type::NSEC || type == dns::type::NSEC3;
        if (of_chain || (cut && type != dns::type::NS && type != dns::type::DS)) continue;
        types.push_back(type);
    }
    return types;
}

}  // namespace signer
