// What the commands that use keys share: whose keys a call names, in which folder, and which keys
// are there.
#pragma once

#include <optional>

#include "server/cli/commands.h"
#include "signer/key_files.h"

namespace server {

// The name that a word of a call is; a final dot may be missing.
dns::Result<dns::Name, CallFault> read_zone_name(const std::string& word);

// The folder of --keys; this one without it.
dns::Result<signer::KeyNames> names_of_keys(const World& world, const Call& call);

// The zone's keys, with what is wrong with them told on the error output. Without a value the
// command has to end with `exit_code`: the folder cannot be read, or a key in it.
std::optional<signer::LoadedKeys> load_zone_keys(World& world, const Call& call,
                                                 std::string_view command, const dns::Name& origin,
                                                 int& exit_code);

// "apex COMMAND: warning: ..." on the error output.
void warn(World& world, std::string_view command, const std::string& sentence);
int input_at_fault(World& world, std::string_view command, const std::string& sentence);

}  // namespace server
