// apex sign: a zone file and keys to a signed zone file.
#include <algorithm>
#include <charconv>

#include "server/cli/key_call.h"
#include "server/cli/moment.h"
#include "server/cli/progress.h"
#include "server/cli/zone_call.h"
#include "server/cli/zone_lines.h"
#include "server/publish/streams.h"
#include "signer/key_set.h"
#include "signer/sign_zone.h"
#include "zoneparser/encodings.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr unsigned kNewFile = 0644;

constexpr signer::SerialPolicy kSerials[] = {
    signer::SerialPolicy::keep, signer::SerialPolicy::increment, signer::SerialPolicy::unixtime,
    signer::SerialPolicy::date};
constexpr const char* kSerialWords[] = {"keep", "increment", "unixtime", "date"};

dns::Result<void, CallFault> read_period(const Call& call, const char* option, uint32_t& seconds) {
    const std::string* text = call.last(option);
    if (text == nullptr || zoneparser::parse_period(*text, seconds)) return {};
    return CallFault{"'" + *text + "' is no period of time",
                     "a period is written in seconds, or like 14d or 1d12h"};
}

dns::Result<void, CallFault> read_validity(const Call& call, signer::SigningPolicy& policy) {
    auto done = read_period(call, "validity", policy.validity);
    if (!done.ok()) return done;
    // What is shorter than usual has all its parts shorter.
    policy.renew_before = std::min(policy.renew_before, policy.validity / 2);
    policy.jitter = std::min(policy.jitter, policy.validity / 14);
    return read_period(call, "jitter", policy.jitter);
}

dns::Result<void, CallFault> read_salt(const std::string& text, std::vector<uint8_t>& salt) {
    if (text == "-") return {};
    zoneparser::HexDecoder hex;
    salt.resize(zoneparser::HexDecoder::room(text.size()));
    uint8_t* end = salt.data();
    if (!hex.feed(text, end) || !hex.complete())
        return CallFault{"'" + text + "' is no salt",
                         "a salt is written in hexadecimal digits, two an octet; - is none"};
    salt.resize(static_cast<size_t>(end - salt.data()));
    return {};
}

dns::Result<void, CallFault> read_chain(const Call& call, signer::SigningPolicy& policy) {
    if (call.has("nsec3")) policy.denial = signer::Denial::nsec3;
    for (const char* option : {"iterations", "salt", "opt-out"})
        if (call.has(option) && !call.has("nsec3"))
            return CallFault{"--" + std::string(option) + " is for NSEC3", "add --nsec3"};
    policy.opt_out = call.has("opt-out");
    if (const std::string* text = call.last("iterations")) {
        auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), policy.iterations);
        if (error != std::errc() || end != text->data() + text->size())
            return CallFault{"'" + *text + "' is no number of iterations",
                             "it is 0 to 65535; 0 is best (RFC 9276 3.1)"};
    }
    return read_salt(call.value("salt", "-"), policy.salt);
}

dns::Result<signer::SigningOptions, CallFault> read_signing(const World& world, const Call& call,
                                                            const LoadSettings& settings) {
    signer::SigningOptions options;
    options.threads = settings.threads;
    auto now = read_moment(call.value("at", "now"), world.clock.now());
    if (!now.ok()) return now.fault();
    options.now = now.value();
    signer::SigningPolicy& policy = options.policy;
    policy.zonemd = call.has("zonemd");
    std::string serial = call.value("serial", "keep");
    for (size_t i = 0; i < std::size(kSerials); ++i)
        if (serial == kSerialWords[i]) policy.serial = kSerials[i];
    auto done = read_validity(call, policy);
    if (done.ok()) done = read_period(call, "dnskey-ttl", policy.dnskey_ttl);
    if (done.ok()) done = read_chain(call, policy);
    if (!done.ok()) return done.fault();
    auto fits = signer::check_policy(policy);
    if (!fits.ok()) return CallFault{fits.fault().sentence, ""};
    return options;
}

class Progress : public signer::SigningProgress {
  public:
    Progress(World& world, const std::string& subject)
        : line_(world.errors, world.clock, subject) {}
    void signed_names(uint64_t names, uint64_t of_names) override {
        line_.counted(names, of_names, "names signed");
    }

  private:
    ProgressLine line_;
};

// One call, from its operands to the file that it writes.
class Signing {
  public:
    Signing(World& world, const Call& call, const ZoneCall& zone_call,
            signer::SigningOptions options, std::string out)
        : world_(world),
          call_(call),
          zone_call_(zone_call),
          options_(std::move(options)),
          out_(std::move(out)) {}

    int run() {
        int exit_code = kGood;
        std::shared_ptr<LoadedZone> zone = load_served(world_, "sign", zone_call_, exit_code);
        if (zone == nullptr) return exit_code;
        const zones::Zone& input = *zone->loaded.zone;
        auto loaded = load_zone_keys(world_, call_, "sign", dns::Name(input.origin()), exit_code);
        if (!loaded) return exit_code;
        if (!take_keys(input, loaded->keys)) return kInputAtFault;
        auto made = sign(input, zone->origin);
        if (!made.ok()) return input_at_fault(world_, "sign", made.fault().sentence);
        world_.kept.push_back(std::const_pointer_cast<zones::Zone>(*made));
        return write(**made);
    }

  private:
    // Also those that are not published now: they leave the DNSKEY set.
    bool take_keys(const zones::Zone& input, const std::vector<signer::StoredKey>& stored) {
        signer::KeysAt at = signer::active_at(stored, options_.now);
        std::string origin = dns::to_text(input.origin());
        std::string folder = "'" + call_.value("keys", ".") + "'";
        if (!at.signs()) {
            input_at_fault(world_, "sign",
                           "no keys in the folder " + folder + " sign '" + origin +
                               "' at this time; apex keys " + origin +
                               " tells what there is, apex keygen " + origin + " makes one");
            return false;
        }
        bool has_own = false;
        zones::RrsetView set = input.apex().find(dns::type::DNSKEY);
        for (const signer::KeyAt& key : at.keys) {
            if (key.kept)
                warn(world_, "sign",
                     "key " + std::to_string(key.zone_key.tag) +
                         " is past its time, and goes on because no other takes its place");
            keys_.push_back(key.zone_key);
            if (set) has_own |= is_in(set, key);
        }
        if (!set || has_own) return true;
        input_at_fault(world_, "sign",
                       "'" + origin + "' has DNSKEY records, and no private key in the folder " +
                           folder +
                           " belongs to them; name the folder that has their keys, or take "
                           "the records out of the file");
        return false;
    }

    static bool is_in(const zones::RrsetView& set, const signer::KeyAt& key) {
        auto is = [](dns::Octets rdata, const std::vector<uint8_t>& dnskey) {
            return std::equal(rdata.begin(), rdata.end(), dnskey.begin(), dnskey.end());
        };
        for (zones::RecordView record : set)
            if (is(record.rdata(), key.key->dnskey) || is(record.rdata(), key.zone_key.dnskey))
                return key.key->secret != nullptr;
        return false;
    }

    dns::Result<std::shared_ptr<const zones::Zone>> sign(const zones::Zone& input,
                                                         const std::string& origin) {
        std::optional<Progress> progress;
        if (world_.errors_is_terminal) options_.progress = &progress.emplace(world_, origin);
        auto made = signer::sign_zone(input, keys_, options_);
        options_.progress = nullptr;
        return made;
    }

    int write(const zones::Zone& zone) {
        if (out_ == "-") {
            make_zone_lines(zone, zone_call_.settings.threads, [&](std::string_view lines) {
                world_.out.write(lines);
                return !world_.out.closed();
            });
            return kGood;
        }
        std::string text;
        // Never more, as a rule, and what is not used costs nothing: growing would copy it all.
        text.reserve(2 * zone.base().memory());
        make_zone_lines(zone, zone_call_.settings.threads, [&](std::string_view lines) {
            text += lines;
            return true;
        });
        // What is new may be read by all, as the file of a zone has to be; who could read the file
        // that was there, can read this one.
        bool is_new = !world_.files.identity(out_).ok();
        auto written = is_new ? world_.files.write_new(out_, text, kNewFile)
                              : world_.files.write_whole(out_, text);
        if (written.ok()) return kGood;
        return system_at_fault(world_, "sign",
                               "cannot write '" + out_ + "': " + written.fault().sentence);
    }

    World& world_;
    const Call& call_;
    const ZoneCall& zone_call_;
    signer::SigningOptions options_;
    std::string out_;
    std::vector<signer::ZoneKey> keys_;
};

}  // namespace

int run_sign(World& world, const Call& call) {
    const char* kExample = "apex sign example.com example.com.zone -o example.com.signed";
    auto read = read_zone_call(world, call, "sign", kExample, world.errors_is_terminal);
    if (!read.ok()) return call_at_fault(world, "sign", read.fault());
    const std::string* out = call.last("output");
    if (out == nullptr || out->empty())
        return call_at_fault(world, "sign",
                             {"nothing says where the signed zone is to go", kExample});
    if (*out != "-" && is_stream(*out))
        return call_at_fault(world, "sign",
                             {"'" + *out + "' is no regular file, and would be replaced by one",
                              "-o - writes to standard output"});
    auto options = read_signing(world, call, read->settings);
    if (!options.ok()) return call_at_fault(world, "sign", options.fault());
    return Signing(world, call, read.value(), std::move(options.value()), *out).run();
}

}  // namespace server
