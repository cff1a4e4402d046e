// A request as any octets, asked of a small world of signed and unsigned zones: there is a reply or
// silence as the reference expects it, and what is not about data holds whatever was asked.
//
// The first octet says how it is asked: 1 TCP, 2 a client whose view is followed, 4 little room, 8
// it is signed before, by the key that 16 says: what answers it has to be signed then.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "dns/message_reader.h"
#include "tests/properties/answer_zone.h"
#include "tests/reference/message_comparison.h"
#include "tests/scenarios/scenario.h"
#include "tests/scenarios/served.h"
#include "tests/support/fake_mac.h"

namespace {

using namespace apex_tests;

// Short names, so that changed octets still name something.
constexpr const char* kZone = R"(
$TTL 60
@ SOA n h 1 2 3 4 30
@ NS n
@ NS n.d
@ MX 1 w
n A 192.0.2.1
n AAAA 2001:db8::1
w A 192.0.2.2
w TXT "w"
* TXT "any"
*.x CNAME w
l CNAME m
m CNAME l
o CNAME w.b.
p CNAME y.d
d NS n.d
d NS n.e
d DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
n.d A 192.0.2.3
e NS n.e
n.e A 192.0.2.4
r DNAME x
t DNAME t.t
f.g A 192.0.2.5
s SRV 0 0 1 w
s HTTPS 1 .
s A 192.0.2.6
v HTTPS 0 s
*.q MX 1 n
)";

reference::ServedZone zone_of(const char* name, Signing signing) {
    reference::ServedZone zone;
    zone.name = reference::from_text(name);
    std::string fault;
    if (!read_records(kZone, zone.name, zone.records, fault)) std::abort();
    for (int i = 0; i < 60; ++i)
        zone.records.push_back({reference::child("k", zone.name), reference::type::A, 60,
                                std::string("\x0a\0\0", 3) + static_cast<char>(i), 0});
    zone.records = with_chain(zone.name, zone.records, signing, 1);
    zone.zone.emplace(zone.name, zone.records);
    return zone;
}

reference::World make_world() {
    reference::World world;
    world.nsid = "n";
    world.version = "v";
    reference::View view;
    view.zones = {zone_of("a.", Signing::none), zone_of("b.", Signing::nsec),
                  zone_of("c.", Signing::nsec3), zone_of("d.a.", Signing::opt_out)};
    view.zones.push_back({reference::from_text("z."), {}, std::nullopt, std::nullopt});
    world.views = {view, view};
    world.views[0].clients = reference::Networks{"192.0.2.0/24"};
    world.views[0].follow_view = true;
    return world;
}

dns::TsigKey key_of(dns::NameView name, dns::TsigAlgorithm algorithm, uint64_t secret) {
    return {dns::Name(name), algorithm, 0,
            std::make_shared<FakeMacKey>(dns::SipKey{secret, secret})};
}

constexpr dns::UnixTime kNow = 1'700'000'000;

struct Stage {
    reference::World world = make_world();
    server::Set set = make_set(world);
    server::Scratch scratch;

    Stage() {
        static constexpr uint8_t kShort[] = {1, 'k', 0};
        uint8_t long_name[dns::kMaxName] = {};
        for (size_t i = 0; i < 254; i += 2) long_name[i] = 1, long_name[i + 1] = 'k';
        set.keys = std::make_shared<dns::TsigKeys>(
            std::vector{key_of({kShort, sizeof kShort}, dns::TsigAlgorithm::hmac_sha256, 1),
                        key_of({long_name, sizeof long_name}, dns::TsigAlgorithm::hmac_sha512, 2)},
            dns::SipKey{});
    }
};

[[noreturn]] void complain(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
}

// Leaves a request as it is that cannot be signed.
void sign(const Stage& stage, std::vector<uint8_t>& request, size_t key) {
    const size_t size = request.size();
    if (size < dns::kHeaderSize || dns::load16(&request[10]) == 0xffff) return;
    request.resize(size + 700);
    const size_t grown = dns::sign_request((*stage.set.keys)[key], request, size, kNow);
    request.resize(grown == 0 ? size : grown);
}

// What answers a request with a good signature ends in a TSIG, unless it was not signed.
void check_signature(const server::Outcome& outcome, std::span<const uint8_t> reply) {
    const bool is_good = outcome.signature == dns::TsigState::good;
    if (is_good != (outcome.key != 0)) complain("a key without a good signature, or the reverse");
    if (!is_good) return;
    auto message = dns::read_message(reply);
    if (!message.ok() || message.value().records.empty() ||
        message.value().records.back().type != dns::kTsigType)
        complain("what answers a signed request is not signed");
    dns::TsigRecord record;
    if (!dns::read_tsig(reply, message.value().records.back().offset, record) ||
        record.mac.empty() || record.error != 0)
        complain("the reply's TSIG");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Stage stage;
    if (size == 0) return 0;
    reference::Asker asker;
    if ((data[0] & 1) != 0) asker.transport = reference::Transport::tcp;
    if ((data[0] & 2) == 0) asker.address = "198.51.100.1";
    size_t room = (data[0] & 4) != 0 ? 512 : dns::kMaxMessage;
    std::vector<uint8_t> octets(data + 1, data + size);
    if ((data[0] & 8) != 0) sign(stage, octets, (data[0] & 16) != 0 ? 1 : 0);
    const std::span<const uint8_t> request(octets);
    if (request.size() > dns::kMaxMessage) return 0;

    std::vector<uint8_t> out(room);
    server::Outcome outcome;
    server::Request one{request, client_of(asker), out};
    server::respond(stage.set, {&one, 1}, {&outcome, 1}, stage.scratch, kNow);

    std::vector<reference::Expected> expected =
        reference::expected_replies(stage.world, request, asker);
    bool silent = outcome.action == server::Action::silence;
    if (silent != expected.front().silent) complain("silence");
    if (silent) return 0;
    if (outcome.size > room) complain("more octets than there is room for");
    std::string why;
    auto reply = reference::read_message({out.data(), outcome.size}, why);
    if (!reply) complain("the reply cannot be read: " + why);
    if (reply->id != (request[0] << 8 | request[1]) || !reply->has(0x8000) || reply->has(0x0080))
        complain("the header");
    for (reference::Expected& choice : expected) choice.limit = std::min(choice.limit, room);
    if (outcome.size > expected.front().limit) complain("more octets than the client takes");
    check_signature(outcome, {out.data(), outcome.size});
    if (expected.front().doubtful) return 0;
    std::string said;
    for (const std::string& sentence : differences(expected, request, *reply, stage.world))
        said += sentence + "\n";
    if (!said.empty()) complain(said + "the reply is: " + to_text(*reply));
    return 0;
}
