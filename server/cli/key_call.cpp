#include "server/cli/key_call.h"

#include "server/publish/system.h"
#include "zoneparser/fields.h"

namespace server {

dns::Result<dns::Name, CallFault> read_zone_name(const std::string& word) {
    dns::Name name;
    std::string reason;
    if (zoneparser::parse_name(word, name, reason)) return name;
    return CallFault{"'" + word + "' is no name of a zone: " + reason, ""};
}

dns::Result<signer::KeyNames> names_of_keys(const World& world, const Call& call) {
    auto names = signer::KeyNames::of_folder(world.files, call.value("keys", "."));
    if (!names.ok())
        return dns::Fault{names.fault().sentence + "; --keys names a folder that exists"};
    return names;
}

std::optional<signer::LoadedKeys> load_zone_keys(World& world, const Call& call,
                                                 std::string_view command, const dns::Name& origin,
                                                 int& exit_code) {
    keep_memory_private();
    auto names = names_of_keys(world, call);
    if (!names.ok()) {
        exit_code = system_at_fault(world, command, names.fault().sentence);
        return std::nullopt;
    }
    signer::LoadedKeys loaded = signer::load_keys(world.files, names.value(), origin);
    for (const std::string& warning : loaded.warnings) warn(world, command, warning);
    for (const std::string& fault : loaded.faults)
        exit_code = input_at_fault(world, command, fault);
    if (!loaded.faults.empty()) return std::nullopt;
    return loaded;
}

void warn(World& world, std::string_view command, const std::string& sentence) {
    input_at_fault(world, command, "warning: " + sentence);
}

int input_at_fault(World& world, std::string_view command, const std::string& sentence) {
    system_at_fault(world, command, sentence);  // the words alike, another code
    return kInputAtFault;
}

}  // namespace server
