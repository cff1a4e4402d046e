// apex ds: the DS records that a zone's parent has to publish.
#include <charconv>
#include <set>

#include "dns/rdata_text.h"
#include "server/cli/key_call.h"
#include "server/cli/zone_call.h"
#include "server/publish/streams.h"
#include "signer/record_text.h"
#include "zoneparser/file_text.h"

namespace server {

namespace {

struct DsChoice {
    std::set<uint8_t> digests;
    std::set<uint16_t> tags;  // none: whatever tag
    bool all = false;         // also keys without the SEP flag
};

dns::Result<DsChoice, CallFault> read_choice(const Call& call) {
    DsChoice choice;
    choice.all = call.has("all");
    for (const Call::Given& given : call.given) {
        std::string_view option = given.option->name;
        if (option == "digest") choice.digests.insert(given.value == "4" ? 4 : 2);
        if (option == "key") {
            uint16_t tag = 0;
            const char* last = given.value.data() + given.value.size();
            auto [end, error] = std::from_chars(given.value.data(), last, tag);
            if (error != std::errc() || end != last)
                return CallFault{"'" + given.value + "' is no key tag", "it is 0 to 65535"};
            choice.tags.insert(tag);
        }
    }
    if (choice.digests.empty()) choice.digests.insert(2);
    return choice;
}

using Dnskeys = std::vector<std::vector<uint8_t>>;

// The zone's DNSKEY records in a file, which may be a zone or what a query gave.
dns::Result<Dnskeys> read_dnskeys(const World& world, const std::string& file,
                                  const dns::Name& origin) {
    std::string kept;
    dns::Result<zoneparser::FileText> read = dns::Fault{};
    std::string_view text;
    if (file == "-" || is_stream(file)) {
        auto stream = read_stream(file, dns::Limits().stream_octets);
        if (!stream.ok()) return dns::Fault{unreadable_sentence(file, stream.fault().sentence)};
        kept = *stream.value();
        text = kept;
    } else {
        read = zoneparser::read_file_text(world.files, file);
        if (!read.ok()) return dns::Fault{unreadable_sentence(file, read.fault().sentence)};
        text = read->text();
    }
    Dnskeys keys;
    auto done =
        signer::read_records(text, file, origin, {}, &world.files,
                             [&](const signer::TextRecord& record) -> dns::Result<void> {
                                 if (record.type == dns::type::DNSKEY && record.owner == origin)
                                     keys.emplace_back(record.rdata.begin(), record.rdata.end());
                                 return {};
                             });
    if (!done.ok()) return done.fault();
    return keys;
}

// Those that a DS may name: keys of a zone that are not revoked (RFC 4034 5.2, RFC 5011 2.1).
Dnskeys chosen_keys(const Dnskeys& keys, const DsChoice& choice) {
    Dnskeys usable, with_entry_point;
    for (const std::vector<uint8_t>& key : keys) {
        uint16_t flags = signer::DnskeyView(key).flags();
        if (!(flags & signer::key_flag::zone) || (flags & signer::key_flag::revoked)) continue;
        if (!choice.tags.empty() && choice.tags.count(signer::key_tag(key)) == 0) continue;
        usable.push_back(key);
        if (flags & signer::key_flag::entry_point) with_entry_point.push_back(key);
    }
    bool named = choice.all || !choice.tags.empty();
    return named || with_entry_point.empty() ? usable : with_entry_point;
}

void print_ds(World& world, const dns::Name& origin, const Dnskeys& keys, const DsChoice& choice) {
    for (const std::vector<uint8_t>& key : keys)
        for (uint8_t digest : choice.digests)
            world.out.write(dns::to_text(origin) + " IN DS " +
                            dns::rdata_text(dns::type::DS, signer::make_ds(origin, key, digest)) +
                            "\n");
}

}  // namespace

int run_ds(World& world, const Call& call) {
    auto choice = read_choice(call);
    if (!choice.ok()) return call_at_fault(world, "ds", choice.fault());
    if (call.operands.empty() || call.operands.size() > 2)
        return call_at_fault(
            world, "ds",
            {call.operands.empty() ? "no zone is named" : "there are too many words",
             "apex ds example.com, or apex ds example.com example.com.zone"});
    auto origin = read_zone_name(call.operands[0]);
    if (!origin.ok()) return call_at_fault(world, "ds", origin.fault());
    bool from_file = call.operands.size() == 2;
    if (from_file && call.has("keys"))
        return call_at_fault(world, "ds", {"a file and --keys exclude each other", ""});
    Dnskeys all;
    if (from_file) {
        const std::string& file = call.operands[1];
        auto read = read_dnskeys(world, file, origin.value());
        if (!read.ok()) {
            bool is_text = read.fault().sentence.rfind("cannot read", 0) != 0;
            return is_text ? input_at_fault(world, "ds", read.fault().sentence)
                           : system_at_fault(world, "ds", read.fault().sentence);
        }
        all = std::move(read.value());
    } else {
        int exit_code = kGood;
        auto loaded = load_zone_keys(world, call, "ds", origin.value(), exit_code);
        if (!loaded) return exit_code;
        for (const signer::StoredKey& key : loaded->keys) {
            signer::KeyState state = key.state_at(world.clock.now());
            if (state != signer::KeyState::removed && state != signer::KeyState::revoked)
                all.push_back(key.dnskey);
        }
    }
    Dnskeys keys = chosen_keys(all, choice.value());
    if (keys.empty())
        return input_at_fault(world, "ds",
                              "no key of '" + dns::to_text(origin.value()) +
                                  "' that a DS could name was found in " +
                                  (from_file ? "'" + call.operands[1] + "'"
                                             : "the folder '" + call.value("keys", ".") + "'"));
    print_ds(world, origin.value(), keys, choice.value());
    return kGood;
}

}  // namespace server
