// apex keygen: a new key pair for a zone, in files that other signers read as well.
#include <charconv>

#include "server/cli/key_call.h"
#include "server/cli/moment.h"
#include "server/publish/system.h"
#include "signer/algorithm.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

// The signer's default; small records, and every validator knows it (RFC 8624 3.1).
constexpr const char* kUsualAlgorithm = "ecdsap256";

struct TimeOption {
    const char* option;
    signer::KeyTime time;
    const char* usual;  // "none": it is not set
};
constexpr TimeOption kTimeOptions[] = {
    {"publish", signer::KeyTime::publish, "now"},  {"activate", signer::KeyTime::activate, "now"},
    {"retire", signer::KeyTime::inactive, "none"}, {"revoke", signer::KeyTime::revoke, "none"},
    {"remove", signer::KeyTime::remove, "none"},
};

bool read_number(const std::string& text, unsigned& value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

dns::Result<void, CallFault> read_algorithm(const Call& call, signer::KeyRequest& request) {
    const signer::Algorithm* row = signer::find_algorithm(call.value("algorithm", kUsualAlgorithm));
    if (row == nullptr)
        return CallFault{"that algorithm signs transactions, not zones", "--tsig makes such a key"};
    // A key that is read tells it, but for RSA.
    request.algorithm = call.has("pem") && !call.has("algorithm") ? 0 : row->number;
    bool is_rsa = row->public_key_size == 0;
    if (!call.has("bits")) return {};
    if (!is_rsa || call.has("pem"))
        return CallFault{"--bits is for new RSA keys; others have one size", ""};
    std::string bits = call.value("bits", "");
    if (!read_number(bits, request.rsa_bits) || request.rsa_bits < signer::kLeastNewRsaBits ||
        request.rsa_bits > 4096)
        return CallFault{"'" + bits + "' is no size of an RSA key", "--bits takes 1024 to 4096"};
    return {};
}

dns::Result<void, CallFault> read_role(const Call& call, signer::KeyRequest& request) {
    if (call.has("ksk") + call.has("zsk") + call.has("csk") > 1)
        return CallFault{"--ksk, --zsk and --csk exclude each other",
                         "a CSK does both, and is what most zones need"};
    request.flags = signer::key_flag::zone;
    if (!call.has("zsk")) request.flags |= signer::key_flag::entry_point;
    return {};
}

dns::Result<void, CallFault> read_times(const Call& call, dns::UnixTime now,
                                        signer::KeyRequest& request) {
    request.times[signer::KeyTime::created] = now;
    for (const TimeOption& option : kTimeOptions) {
        std::string text = call.value(option.option, option.usual);
        if (text == "none") continue;
        auto time = read_moment(text, now);
        if (!time.ok()) return time.fault();
        if (*time < 0 || *time > 253402300799)
            return CallFault{"--" + std::string(option.option) + ": '" + text +
                                 "' is beyond the times of a key file",
                             "these are of the years 1970 to 9999"};
        request.times[option.time] = *time;
    }
    auto late = [&](signer::KeyTime first, signer::KeyTime second) {
        return request.times[first] && request.times[second] &&
               *request.times[second] <= *request.times[first];
    };
    if (late(signer::KeyTime::activate, signer::KeyTime::inactive) ||
        late(signer::KeyTime::activate, signer::KeyTime::remove) ||
        late(signer::KeyTime::publish, signer::KeyTime::remove) ||
        late(signer::KeyTime::inactive, signer::KeyTime::remove))
        return CallFault{"the times are not in order",
                         "a key is published, activated, retired, removed; times are from now on: "
                         "--retire +30d"};
    return {};
}

dns::Result<signer::KeyRequest, CallFault> read_request(const Call& call, dns::UnixTime now) {
    if (call.operands.size() != 1)
        return CallFault{call.operands.empty() ? "no zone is named" : "more than one zone is named",
                         "apex keygen example.com"};
    signer::KeyRequest request;
    auto owner = read_zone_name(call.operands[0]);
    if (!owner.ok()) return owner.fault();
    request.owner = owner.value();
    if (auto read = read_algorithm(call, request); !read.ok()) return read.fault();
    if (auto read = read_role(call, request); !read.ok()) return read.fault();
    if (auto read = read_times(call, now, request); !read.ok()) return read.fault();
    uint32_t ttl = 0;
    std::string text = call.value("ttl", "");
    if (!call.has("ttl")) return request;
    if (!zoneparser::parse_period(text, ttl) || ttl > INT32_MAX)
        return CallFault{"'" + text + "' is no TTL", "a TTL is written in seconds, or like 1h"};
    request.ttl = ttl;
    return request;
}

}  // namespace

int run_keygen(World& world, const Call& call) {
    if (call.has("tsig")) return run_tsig_keygen(world, call);
    if (call.has("bind"))
        return call_at_fault(world, "keygen", {"--bind goes with --tsig", ""});
    auto request = read_request(call, world.clock.now());
    if (!request.ok()) return call_at_fault(world, "keygen", request.fault());
    keep_memory_private();
    auto names = names_of_keys(world, call);
    if (!names.ok()) return system_at_fault(world, "keygen", names.fault().sentence);
    signer::KeyMaker maker = signer::generate_key;
    if (const std::string* file = call.last("pem")) {
        std::vector<std::string> warnings;
        auto secret = signer::load_pem(world.files, *file, request->algorithm, warnings);
        for (const std::string& warning : warnings) warn(world, "keygen", warning);
        if (!secret.ok()) return input_at_fault(world, "keygen", secret.fault().sentence);
        request->algorithm = secret.value()->algorithm();
        maker = [secret, given = false](uint8_t, unsigned) mutable -> signer::SecretKeyResult {
            if (given) return dns::Fault{"the folder has a key of this zone with the same tag"};
            given = true;
            return secret;
        };
    }
    auto key = signer::make_key(world.files, names.value(), request.value(), maker);
    if (!key.ok()) return system_at_fault(world, "keygen", key.fault().sentence);
    world.out.write(key->base + "\n");
    return kGood;
}

}  // namespace server
