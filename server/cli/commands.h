// The commands: one table, a row each. `apex help`, the manual and the completion come from it.
//
//   main -> run() -> row -> read_call(options of the row) -> function of the row -> exit code
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/files.h"
#include "server/cli/options.h"
#include "server/cli/output.h"

namespace server {

// How a command ended. The worst of several counts, and they are in that order.
enum ExitCode : int { kGood = 0, kInputAtFault = 1, kCallAtFault = 2, kSystemAtFault = 3 };

// What a command may use of the world around it.
struct World {
    const dns::Clock& clock;
    const dns::Files& files;
    Output& out;
    Output& errors;
    bool out_is_terminal = false;
    bool errors_is_terminal = false;
    bool colour_allowed = true;  // NO_COLOR is not set, and TERM is no dumb one
    // What is not worth being taken apart before the process ends: whole zones.
    std::vector<std::shared_ptr<void>> kept = {};
};

struct CommandRow {
    const char* name;
    std::span<const char* const> synopses;  // without "apex NAME"
    const char* sentence;
    const char* details;  // paragraphs for --help and the manual
    std::span<const OptionRow> options;
    int (*run)(World&, const Call&);
};

std::span<const CommandRow> commands();
const CommandRow* find_command(std::string_view name);

// `words` are those of the command line behind the program's name.
int run(World& world, std::span<const std::string> words);

// Says on the error output what is wrong with a call of `command` ("" for apex itself).
int call_at_fault(World& world, std::string_view command, const CallFault& fault);
int system_at_fault(World& world, std::string_view command, const std::string& sentence);

// The commands' functions; each has a file.
int run_check(World& world, const Call& call);
int run_print(World& world, const Call& call);
int run_sign(World& world, const Call& call);
int run_serve(World& world, const Call& call);
int run_ctl(World& world, const Call& call);
int run_verify(World& world, const Call& call);
int run_keygen(World& world, const Call& call);
int run_tsig_keygen(World& world, const Call& call);
int run_ds(World& world, const Call& call);
int run_keys(World& world, const Call& call);
int run_explain(World& world, const Call& call);
int run_diff(World& world, const Call& call);
int run_views(World& world, const Call& call);
int run_help(World& world, const Call& call);
int run_version(World& world, const Call& call);

}  // namespace server
