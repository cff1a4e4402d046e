#include "tests/reference/message_comparison.h"

#include <algorithm>

#include "tests/reference/numbers.h"

namespace apex_tests::reference {

namespace {

// How a reply is compared with one expectation.
class Comparison {
  public:
    Comparison(const Expected& expected, const Message& reply, const World& world, bool sizes)
        : expected_(expected), reply_(reply), world_(world), sizes_(sizes) {}

    std::vector<std::string> run(std::span<const uint8_t> request) {
        header(request);
        if (reply_.edns) edns(*reply_.edns);
        if (expected_.any_records)
            server_text();
        else
            records();
        return std::move(said_);
    }

  private:
    void say(std::string sentence) { said_.push_back(std::move(sentence)); }
    void agree(const char* what, Choice wanted, bool got) {
        if (wanted != Choice::either && got != (wanted == Choice::yes))
            say(std::string(what) + (got ? " is there, and should not be" : " is missing"));
    }

    void header(std::span<const uint8_t> request) {
        if (reply_.id != (request[0] << 8 | request[1])) say("another id");
        uint16_t asked = static_cast<uint16_t>(request[2] << 8 | request[3]);
        if (!reply_.has(0x8000)) say("qr is not set");
        if ((reply_.flags & 0x7800) != (asked & 0x7800)) say("another opcode");
        if (reply_.has(0x0100) != ((asked & 0x0100) != 0)) say("rd is not copied");
        if (reply_.has(0x00f0)) say("ra, z, ad or cd is set");
        agree("aa", expected_.aa, reply_.has(0x0400));
        if (std::find(expected_.rcodes.begin(), expected_.rcodes.end(), reply_.rcode()) ==
            expected_.rcodes.end())
            say("rcode " + std::to_string(reply_.rcode()) + " for " +
                std::to_string(expected_.rcodes.front()));
        agree("the question", expected_.question, reply_.question.has_value());
        if (reply_.question) {
            const std::string& octets = reply_.question->octets;
            if (request.size() < 12 + octets.size() ||
                !std::equal(octets.begin(), octets.end(), request.begin() + 12,
                            [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }))
                say("another question, or another case");
        }
        agree("OPT", expected_.opt, reply_.edns.has_value());
        if (sizes_ && reply_.size > expected_.limit)
            say(std::to_string(reply_.size) + " octets, more than " +
                std::to_string(expected_.limit));
        request_ = request;
    }

    void edns(const Edns& edns) {
        ReadRequest asked = read_request(request_);
        bool dnssec = asked.message.edns && asked.message.edns->dnssec_ok;
        if (edns.version != 0) say("an EDNS version above 0");
        if (edns.dnssec_ok != dnssec) say("DO is not copied");
        if (edns.other_flags != 0) say("unknown EDNS flags");
        if (edns.udp_size != world_.udp_size) say("another UDP size is stated");
        agree("NSID", expected_.nsid, edns.find(option::Nsid) != nullptr);
        if (const Option* nsid = edns.find(option::Nsid); nsid && nsid->octets != world_.nsid)
            say("another NSID");
        agree("keepalive", expected_.keepalive, edns.find(option::Keepalive) != nullptr);
        agree("padding", expected_.padding, edns.find(option::Padding) != nullptr);
        told("EXPIRE", edns.find(option::Expire), expected_.expire, expected_.expire_octets);
        told("ZONEVERSION", edns.find(option::ZoneVersion), expected_.zone_version,
             expected_.zone_version_octets);
        cookie(edns.find(option::Cookie));
        extended_error(edns);
        for (size_t i = 0; i < edns.options.size(); ++i)
            for (size_t j = 0; j < i; ++j)
                if (edns.options[i].code == edns.options[j].code)
                    say("option " + std::to_string(edns.options[i].code) + " twice");
    }

    void told(const char* what, const Option* got, Choice wanted, const std::string& octets) {
        agree(what, wanted, got != nullptr);
        if (got && got->octets != octets) say(std::string(what) + " holds something else");
    }

    void cookie(const Option* got) {
        if (expected_.client_cookie.empty()) {
            if (got && !expected_.doubtful && expected_.kind != Kind::error) say("a cookie");
        } else if (!got) {
            if (expected_.kind != Kind::error || expected_.opt == Choice::yes) say("no cookie");
        } else if (got->octets.size() != 24 ||
                   got->octets.substr(0, 8) != expected_.client_cookie) {
            say("a cookie of another form or client");
        }
    }

    void extended_error(const Edns& edns) {
        const Option* got = edns.find(option::Error);
        if (expected_.extended_error && !got) say("no extended error");
        if (!got) return;
        uint16_t number = got->octets.size() < 2
                              ? 0xffff
                              : static_cast<uint16_t>(static_cast<uint8_t>(got->octets[0]) << 8 |
                                                      static_cast<uint8_t>(got->octets[1]));
        if (number == 0xffff) say("an extended error without a number");
        if (expected_.extended_error && number != *expected_.extended_error)
            say("extended error " + std::to_string(number) + " for " +
                std::to_string(*expected_.extended_error));
        if (!expected_.extended_error && !expected_.any_extended_error)
            say("extended error " + std::to_string(number) + " where there is none");
    }

    void server_text() {
        const auto& answer = reply_.sections[kAnswer];
        if (expected_.text.empty()) {
            if (!answer.empty()) say("an answer");
            return;
        }
        std::string rdata = static_cast<char>(expected_.text.size()) + expected_.text;
        if (answer.size() != 1 || answer[0].type != type::TXT || answer[0].rr_class != kChaos ||
            answer[0].rdata != rdata)
            say("another text");
    }

    static bool same_set(const Item& item, size_t section, const Rrset& rrset) {
        return item.section == section && item.rrset.type == rrset.type &&
               item.rrset.covered == rrset.covered && same(item.rrset.owner, rrset.owner);
    }

    static std::vector<std::string> canonical(const Rrset& rrset) {
        std::vector<std::string> rdata;
        for (const std::string& octets : rrset.rdata)
            rdata.push_back(canonical_rdata(rrset.type, octets));
        std::sort(rdata.begin(), rdata.end());
        return rdata;
    }

    // Signatures that were asked for and go with another RRset of the answer, too, may be twice.
    bool same_records(const Rrset& got, const Rrset& wanted) const {
        std::vector<std::string> left = canonical(got), right = canonical(wanted);
        bool asked = reply_.question && reply_.question->type == type::RRSIG;
        if (asked && got.type == type::RRSIG)
            left.erase(std::unique(left.begin(), left.end()), left.end());
        return left == right;
    }

    void records() {
        const std::vector<Item>& items = expected_.items;
        std::vector<bool> found(items.size(), false);
        static const char* const kSections[] = {"answer: ", "authority: ", "additional: "};
        std::vector<Name> additional_owners;
        for (size_t section = 0; section < 3; ++section) {
            for (const MessageRecord& record : reply_.sections[section])
                if (record.rr_class != kInternet) say("a record of another class");
            for (const Rrset& rrset : rrsets_of(reply_.sections[section])) {
                size_t at = 0;
                while (at < items.size() && !same_set(items[at], section, rrset)) ++at;
                std::string where = kSections[section] + to_text(rrset);
                if (at == items.size()) {
                    say("should not be there: " + where);
                    continue;
                }
                if (found[at]) say("is there twice: " + where);
                found[at] = true;
                if (!same_records(rrset, items[at].rrset))
                    say("has other records: " + where + "for " + to_text(items[at].rrset));
                if (rrset.ttl != items[at].rrset.ttl && rrset.ttl != items[at].other_ttl)
                    say("has another TTL: " + where + "for " + to_text(items[at].rrset));
                if (section == kAdditional && items[at].need != Need::glue &&
                    std::none_of(additional_owners.begin(), additional_owners.end(),
                                 [&](const Name& name) { return same(name, rrset.owner); }))
                    additional_owners.push_back(rrset.owner);
            }
        }
        if (expected_.targets > kMostTargets && additional_owners.size() > kMostTargets)
            say("more than 13 targets");
        missing(found, kSections);
    }

    size_t most_octets(const Rrset& rrset) const {
        bool asked = reply_.question && same(reply_.question->name, rrset.owner);
        size_t size = asked ? 2 : wire_size(rrset.owner);
        for (const std::string& rdata : rrset.rdata) size += 10 + rdata.size();
        return size + 2 * (rrset.rdata.size() - 1);
    }

    // DESIGN 3, truncation: what does not fit makes question and OPT with TC; of a referral NS, DS
    // or proof and glue stay while they fit; what is merely wanted never sets TC.
    void missing(const std::vector<bool>& found, const char* const* sections) {
        bool tc = reply_.has(0x0200);
        bool empty = std::all_of(reply_.sections.begin(), reply_.sections.end(),
                                 [](const auto& section) { return section.empty(); });
        size_t core = 12 + (reply_.question ? reply_.question->octets.size() : 0) +
                      (reply_.edns ? reply_.edns->wire_size() : 0);
        size_t with_glue = core;
        bool core_is_missing = false, required_is_missing = false;
        for (size_t i = 0; i < found.size(); ++i) {
            const Item& item = expected_.items[i];
            // What may be there and is (DS in a zone that is not signed) takes room, too.
            bool extra = item.need == Need::allowed && found[i] && item.section != kAdditional;
            if (item.need <= Need::glue || extra) with_glue += most_octets(item.rrset);
            if (item.need > Need::glue) continue;
            if (item.need == Need::required) core += most_octets(item.rrset);
            if (found[i]) continue;
            required_is_missing = true;
            core_is_missing |= item.need == Need::required;
            if (!tc || !sizes_)
                say(std::string("is missing: ") + sections[item.section] + to_text(item.rrset));
        }
        if (!sizes_) {
            if (tc) say("tc is set");
            return;
        }
        if (tc && !required_is_missing) say("tc is set, and nothing is missing");
        if (tc && core_is_missing && core <= expected_.limit)
            say("tc is set where " + std::to_string(core) + " octets have room");
        if (tc && with_glue <= expected_.limit)
            say("tc is set where even glue has room: " + std::to_string(with_glue));
        if (tc && core_is_missing && !empty && !expected_.referral)
            say("a truncated answer holds records");
        if (tc && empty) return;
        optional_sets(found, sections);
    }

    // A set that has no room may have kept later ones out.
    void optional_sets(const std::vector<bool>& found, const char* const* sections) {
        std::vector<std::string> could;
        bool one_had_no_room = false;
        for (size_t i = 0; i < found.size(); ++i) {
            const Item& item = expected_.items[i];
            if (found[i] || item.need == Need::allowed || item.need == Need::required) continue;
            size_t size = reply_.size + most_octets(item.rrset);
            for (const Item& other : expected_.items)
                if (other.rrset.type == type::RRSIG && other.rrset.covered == item.rrset.type &&
                    same(other.rrset.owner, item.rrset.owner))
                    size += most_octets(other.rrset);
            if (size > expected_.limit)
                one_had_no_room = true;
            else
                could.push_back(std::string("is missing, and had room: ") + sections[item.section] +
                                to_text(item.rrset));
        }
        if (one_had_no_room) return;
        for (std::string& sentence : could) say(std::move(sentence));
    }

    const Expected& expected_;
    const Message& reply_;
    const World& world_;
    bool sizes_;
    std::span<const uint8_t> request_;
    std::vector<std::string> said_;
};

}  // namespace

std::vector<std::string> differences(const std::vector<Expected>& expected,
                                     std::span<const uint8_t> request, const Message& reply,
                                     const World& world, bool sizes) {
    std::optional<std::vector<std::string>> fewest;
    for (const Expected& one : expected) {
        if (one.silent) return {"there is a reply"};
        std::vector<std::string> said = Comparison(one, reply, world, sizes).run(request);
        if (!fewest || said.size() < fewest->size()) fewest = std::move(said);
    }
    return *fewest;
}

}  // namespace apex_tests::reference
