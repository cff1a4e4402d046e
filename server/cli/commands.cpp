#include "server/cli/commands.h"

#include <array>
#include <string>
#include <vector>

#include "server/cli/explain.h"
#include "server/cli/help.h"
#include "server/cli/version.h"
#include "server/config/nearest_word.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

template <size_t... Counts>
constexpr auto joined(const std::array<OptionRow, Counts>&... lists) {
    std::array<OptionRow, (Counts + ...)> all{};
    size_t at = 0;
    auto append = [&](const auto& list) {
        for (const OptionRow& row : list) all[at++] = row;
    };
    (append(lists), ...);
    return all;
}

constexpr OptionRow kHelp{"help", 'h', "", "prints this text"};

// Options of every command that loads zones.
constexpr std::array kLoadingOptions = {
    OptionRow{"rule", 'r', "NAME=error|warning|note|off",
              "makes a rule weigh more or less, or turns it off (apex help rules)",
              Completes::rules, true},
    OptionRow{"strict", 's', "", "makes every warning an error"},
    OptionRow{"limit", 'l', "NAME=N", "sets a limit (apex help limits)", Completes::limits, true},
    OptionRow{"include-folder", 'i', "FOLDER", "lets $INCLUDE read below this folder only",
              Completes::folders},
    OptionRow{"threads", 't', "N", "loads on N threads; 0, the default, is one per usable core"},
    OptionRow{"color", 0, "auto|always|never",
              "colours findings; auto, the default: on a terminal, if NO_COLOR is not set",
              Completes::choices},
};

// How findings are told.
constexpr std::array kFindingOptions = {
    OptionRow{"format", 'f', "text|json|sarif", "the form of the findings; the default is text",
              Completes::choices},
    OptionRow{"quiet", 'q', "", "prints no findings: the exit code tells"},
};

constexpr OptionRow kAt{"at", 'a', "TIME",
                        "the time at which signatures have to be valid: now, the default, +1w, "
                        "20261121155903, 2026-11-21T15:59:03Z, or seconds since 1970"};

constexpr OptionRow kOverlay{"overlay", 0, "FILE",
                             "puts a patch over the zone, as apex-zonefile(5) describes; of "
                             "several, each lies over the one before",
                             Completes::files, true};

constexpr auto kCheckOptions = joined(
    std::array{OptionRow{"config", 'c', "FILE",
                         "checks the zones of a configuration file, apex.toml(5)",
                         Completes::files},
               OptionRow{"dnssec", 'd', "",
                         "looks at the signatures of signed zones as well, as apex-verify(1) does"},
               kAt, kOverlay},
    kLoadingOptions, kFindingOptions, std::array{kHelp});

constexpr auto kVerifyOptions = joined(
    std::array{kAt,
               OptionRow{"ds", 'd', "FILE",
                         "the DS records that the parent has: one of them has to lead to the keys",
                         Completes::files},
               OptionRow{"soon", 0, "PERIOD",
                         "warns of signatures that are good for less time than this; the default "
                         "is 3d"}},
    kLoadingOptions, kFindingOptions, std::array{kHelp});

constexpr OptionRow kKeys{"keys", 'k', "FOLDER",
                          "the folder of the key files; the default is this one",
                          Completes::folders};

constexpr OptionRow kKeygenOptions[] = {
    {"algorithm", 'a',
     "ecdsap256|ecdsap384|ed25519|ed448|rsasha256|rsasha512|hmac-sha256|hmac-sha512|hmac-sha384|"
     "hmac-sha224|hmac-sha1|hmac-md5|hmac-sha256-128|hmac-sha384-192|hmac-sha512-256",
     "the algorithm; the default is ecdsap256, which is small, fast, and known to all validators; "
     "with --tsig hmac-sha256, which everyone has",
     Completes::choices},
    {"tsig", 0, "", "prints a key named NAME that signs transactions (TSIG), as a table [[key]]"},
    {"bind", 0, "", "prints it as the key statement of named.conf(5), which --tsig goes with"},
    {"ksk", 0, "", "the key signs the DNSKEY set: a ZSK has to sign the rest"},
    {"zsk", 0, "", "the key signs all but the DNSKEY set: a KSK has to sign that"},
    {"csk", 0, "",
     "the default: the key signs all, until there is a ZSK; its flags are those of a KSK"},
    kKeys,
    {"bits", 'b', "N", "the size of an RSA key, 1024 to 4096; the default is 2048"},
    {"ttl", 0, "PERIOD", "the TTL of the DNSKEY record in the .key file; the default is none"},
    {"publish", 'P', "TIME|none", "when the key enters the DNSKEY set; the default is now"},
    {"activate", 'A', "TIME|none", "when it begins to sign; the default is now"},
    {"retire", 'I', "TIME|none", "when it stops signing; the default is none"},
    {"revoke", 'R', "TIME|none", "when it is revoked (RFC 5011); the default is none"},
    {"remove", 'D', "TIME|none", "when it leaves the DNSKEY set; the default is none"},
    {"pem", 0, "FILE", "takes the private key of a PEM file in place of a new one",
     Completes::files},
    kHelp,
};

constexpr OptionRow kDsOptions[] = {
    kKeys,
    {"digest", 'd', "2|4", "the digest: 2, the default, is SHA-256, 4 is SHA-384",
     Completes::choices, true},
    {"key", 0, "TAG", "only the key with this tag, whether it has the SEP flag or not",
     Completes::nothing, true},
    {"all", 0, "", "all keys, also those without the SEP flag"},
    kHelp,
};

constexpr OptionRow kKeysOptions[] = {
    {"at", 'a', "TIME",
     "the time that counts as now; now, the default, +1w, 20261121155903, "
     "2026-11-21T15:59:03Z, or seconds since 1970"},
    kKeys,
    {"zone", 0, "FILE", "takes the TTL of the DNSKEY set and the greatest TTL from a zone file",
     Completes::files},
    {"ttl", 0, "PERIOD",
     "the TTL of the DNSKEY set; the default is that of the key files, or else 1h"},
    {"zone-ttl", 0, "PERIOD", "the greatest TTL of the zone; the default is 1d"},
    {"ds-ttl", 0, "PERIOD", "the TTL of the DS set at the parent; the default is 1d"},
    {"propagation", 0, "PERIOD",
     "how long it takes until all servers of the zone have a new version; the default is 1h"},
    {"json", 'j', "", "prints one JSON object"},
    kHelp,
};

constexpr auto kPrintOptions = joined(
    kLoadingOptions,
    std::array{
        OptionRow{"json", 'j', "", "prints each record as one JSON object on a line of its own"},
        kOverlay, kHelp});

constexpr auto kSignOptions = joined(
    std::array{
        OptionRow{"output", 'o', "FILE", "where the signed zone goes; - is standard output",
                  Completes::files},
        kKeys,
        OptionRow{"nsec3", '3', "", "proves what does not exist by NSEC3, which hides names from "
                  "who walks the zone; without it by NSEC, which is smaller"},
        OptionRow{"iterations", 0, "N", "iterations of the hash of NSEC3; the default is 0, and "
                  "best (RFC 9276 3.1)"},
        OptionRow{"salt", 0, "HEX|-", "the salt of NSEC3; the default is -: none, and best"},
        OptionRow{"opt-out", 0, "", "leaves delegations without DS out of the chain of NSEC3: for "
                  "zones of very many"},
        OptionRow{"zonemd", 'z', "", "adds a digest of the whole zone (RFC 8976)"},
        OptionRow{"at", 'a', "TIME",
                  "the time that counts as now; now, the default, +1w, 20261121155903, "
                  "2026-11-21T15:59:03Z, or seconds since 1970"},
        OptionRow{"serial", 0, "keep|increment|unixtime|date",
                  "what the serial becomes; the default is keep; unixtime: seconds since 1970, "
                  "date: YYYYMMDD00, but always greater than it was", Completes::choices},
        OptionRow{"validity", 0, "PERIOD", "how long signatures are good; the default is 14d"},
        OptionRow{"jitter", 0, "PERIOD", "by how much less at most, so that not all end at once; "
                  "the default is 1d, or a 14th of a shorter validity"},
        OptionRow{"dnskey-ttl", 0, "PERIOD", "the TTL of the DNSKEY set; the default is 1h"}},
    kLoadingOptions, std::array{kHelp});

constexpr auto kExplainOptions = joined(
    std::array{OptionRow{"config", 'c', "FILE",
                         "takes the zones of a configuration file; without it and without zones, "
                         "apex.toml of this folder is taken",
                         Completes::files}},
    kQuestionOptions,
    std::array{OptionRow{"json", 'j', "", "prints one JSON object"}}, kLoadingOptions,
    std::array{kHelp});

constexpr auto kDiffOptions = joined(
    std::array{OptionRow{"config", 'c', "FILE", "compares two views of a configuration file",
                         Completes::files},
               OptionRow{"view", 'v', "NAME",
                         "with -c two of them are compared; of two configurations those with these "
                         "names, else all",
                         Completes::nothing, true},
               OptionRow{"do", 0, "", "compares signed answers, with their proofs (DNSSEC)"},
               OptionRow{"ignore-serial", 0, "",
                         "SOA records that differ in their serials alone count as the same"},
               OptionRow{"json", 'j', "", "prints a JSON object on a line for each class"}},
    kLoadingOptions, std::array{kHelp});

constexpr auto kViewsOptions = joined(
    std::array{OptionRow{"config", 'c', "FILE", "the configuration file; the default is apex.toml",
                         Completes::files},
               OptionRow{"json", 'j', "", "prints a JSON object on a line for each row"}},
    kLoadingOptions, std::array{kHelp});

constexpr OptionRow kServeOptions[] = {
    {"config", 'c', "FILE", "serves what a configuration file says, apex.toml(5)",
     Completes::files},
    {"listen", 'L', "ADDRESS:PORT",
     "listens here, in place of what the configuration says; several may be given",
     Completes::nothing, true},
    {"threads", 't', "N", "answers on N threads; 0, the default, is one per usable core"},
    kHelp,
};

constexpr auto kCtlOptions = joined(
    std::array{
        OptionRow{"config", 'c', "FILE",
                  "asks the server of this configuration; the default is apex.toml, if it is here",
                  Completes::files},
        OptionRow{"state-dir", 'd', "FOLDER", "asks the server that has this state folder",
                  Completes::folders},
        OptionRow{"socket", 's', "PATH", "asks the server that has this control socket",
                  Completes::files},
        OptionRow{"json", 'j', "", "shows the reply as JSON, one object on a line"}},
    kQuestionOptions, std::array{kHelp});

constexpr OptionRow kHelpOptions[] = {
    {"format", 'f', "text|roff", "roff: as a part of a manual page", Completes::choices},
    kHelp,
};

constexpr OptionRow kVersionOptions[] = {kHelp};

constexpr const char* kCheckSynopses[] = {"[OPTION ...] ORIGIN FILE", "[OPTION ...] FILE",
                                          "[OPTION ...] ORIGIN=FILE ...", "[OPTION ...] -c FILE"};
constexpr const char* kPrintSynopses[] = {"[OPTION ...] ORIGIN FILE", "[OPTION ...] FILE"};
constexpr const char* kSignSynopses[] = {"[OPTION ...] ORIGIN FILE -o FILE",
                                         "[OPTION ...] FILE -o FILE"};
constexpr const char* kVerifySynopses[] = {"[OPTION ...] ORIGIN FILE", "[OPTION ...] FILE"};
constexpr const char* kKeygenSynopses[] = {"[OPTION ...] ORIGIN",
                                           "--tsig [--algorithm ALGORITHM] [--bind] NAME"};
constexpr const char* kDsSynopses[] = {"[OPTION ...] ORIGIN", "[OPTION ...] ORIGIN FILE"};
constexpr const char* kKeysSynopses[] = {"[OPTION ...] ORIGIN"};
constexpr const char* kExplainSynopses[] = {
    "[OPTION ...] NAME [TYPE] [ADDRESS] ORIGIN=FILE ...",
    "[OPTION ...] NAME [TYPE] [ADDRESS] [-c FILE]"};
constexpr const char* kDiffSynopses[] = {"[OPTION ...] [ORIGIN] FILE FILE",
                                         "[OPTION ...] FILE.toml FILE.toml",
                                         "[OPTION ...] -c FILE --view NAME --view NAME"};
constexpr const char* kViewsSynopses[] = {"[OPTION ...] [NAME] [-c FILE]"};
constexpr const char* kServeSynopses[] = {"[OPTION ...] -c FILE", "[OPTION ...] ORIGIN=FILE ...",
                                          "[OPTION ...] FILE"};
constexpr const char* kCtlSynopses[] = {
    "[OPTION ...] status|stats|stop", "[OPTION ...] zones [NAME]",
    "[OPTION ...] which [ADDRESS] [NAME ...]", "[OPTION ...] explain NAME [TYPE] [CLIENT]",
    "[OPTION ...] reload [ZONE]", "[OPTION ...] zone add NAME FILE [TEMPLATE]",
    "[OPTION ...] zone remove|reload NAME", "[OPTION ...] log reopen"};
constexpr const char* kHelpSynopses[] = {"[COMMAND]", "rules|types|limits|config|requests|completion"};
constexpr const char* kVersionSynopses[] = {""};

constexpr CommandRow kCommands[] = {
    {"serve", kServeSynopses, "answers queries for zones, over UDP and TCP",
     "With a configuration file it serves that file's zones where that file says. Without one it "
     "serves the zone files that are named, on port 5300 of this machine alone, and keeps nothing.\n"
     "A zone that does not load is answered with SERVFAIL; the others are served. SIGHUP reads "
     "again what changed; SIGTERM and SIGINT answer what was accepted and end the server.\n"
     "The exit code is 0 if the server was told to end, 1 if the configuration is at fault, 2 if "
     "the call is, 3 if the system is: a port in use, a missing permission.",
     kServeOptions, run_serve},
    {"ctl", kCtlSynopses, "asks a running server, or tells it what to do",
     "The server is found by its control socket, control.sock in its state folder. What each "
     "request does: apex help requests. The options from --client to --size are for explain.\n"
     "The exit code is 0 if it was done, 1 if the input is at fault, 2 if the call is, 3 if the "
     "system is: above all, if no server is running.",
     kCtlOptions, run_ctl},
    {"check", kCheckSynopses, "says whether zone files can be served, and what is wrong with them",
     "Without ORIGIN, it is the owner of the SOA record, or else the first $ORIGIN of the file, or "
     "else the file's name without .zone. A FILE of - is standard input.\n"
     "The exit code is 0 if all zones would be served, 1 if one would be refused, 2 if the call is "
     "at fault, 3 if the system is.",
     kCheckOptions, run_check},
    {"print", kPrintSynopses, "prints a zone in canonical order, one record on a line",
     "A line is owner, TTL, class, type and data with a tab between them; names are absolute. The "
     "SOA record comes first, and signatures follow the records that they cover. What is printed "
     "loads again to the same zone.\n"
     "A zone that would be refused is not printed: its findings are, on standard error.",
     kPrintOptions, run_print},
    {"sign", kSignSynopses, "signs a zone file with the keys of a folder",
     "The keys are those that apex-keygen(1) and other makers of BIND's key files write; which of "
     "them sign at that time, apex-keys(1) tells. RRSIG, NSEC, NSEC3, NSEC3PARAM and ZONEMD records "
     "of the file are replaced, DNSKEY records of others kept. For the same --at, all but the octets "
     "of ECDSA's signatures is the same.\n"
     "The signed zone has the form of apex-print(1). It is written beside FILE first, and takes its "
     "place when it is whole.\n"
     "The exit code is 0 if it was written, 1 if the zone or its keys are at fault, 2 if the call "
     "is, 3 if the system is.",
     kSignOptions, run_sign},
    {"verify", kVerifySynopses, "says whether a signed zone validates, and what is wrong with it",
     "Every signature, key and chain of NSEC or NSEC3 records is looked at, and the ZONEMD record. "
     "Without --ds any key with the SEP flag may be the one that the parent names.\n"
     "Of the rules of apex-check(1) those are applied that would refuse the zone, and those about "
     "DNSSEC; --rule brings others back.\n"
     "The exit code is 0 if whoever validates would take all answers of the zone, 1 if not, or if "
     "it is not signed, 2 if the call is at fault, 3 if the system is.",
     kVerifyOptions, run_verify},
    {"keygen", kKeygenSynopses, "makes a key pair to sign a zone with, or a key for TSIG",
     "Two new files are written, in the form of BIND: K<name>+<algorithm>+<tag>.private, which only "
     "this user may read, and .key with the DNSKEY record. What both names begin with is printed. "
     "No file is ever written over, and no two keys of a zone in one folder share a tag.\n"
     "With --tsig no file is written: the key is text for the configurations of both ends.\n"
     "A TIME is now, +1w, 20261121155903, 2026-11-21T15:59:03Z, or in seconds since 1970.\n"
     "The exit code is 0 if the key was made, 1 if the PEM file is at fault, 2 if the call is, 3 if "
     "the system is.",
     kKeygenOptions, run_keygen},
    {"ds", kDsSynopses, "prints the DS records for a zone's parent",
     "They are made of the keys in the folder, or of the DNSKEY records in FILE: a zone file, or "
     "what a query for them gave; - is standard input. Keys with the SEP flag are taken, or all "
     "keys if none has it; revoked ones never, and of a folder none that was removed.\n"
     "The exit code is 0 if there are any, 1 if not or if the input is at fault, 2 if the call is, "
     "3 if the system is.",
     kDsOptions, run_ds},
    {"keys", kKeysSynopses, "tells what the keys of a zone do, and what comes next",
     "A line is time, role, state, key, and what the key does from then on. A KSK signs the DNSKEY "
     "set, a ZSK all else, a CSK everything. Steps that come too soon for what caches hold, and "
     "those that would leave no key, are told as warnings.\n"
     "The exit code is 0 also with warnings, 1 if there is no key or one is at fault, 2 if the call "
     "is, 3 if the system is.",
     kKeysOptions, run_keys},
    {"explain", kExplainSynopses, "says how the answer to a question comes about, step by step",
     "The zones are loaded, and the code that answers is asked: which view and zone it takes and "
     "why, what it finds, each record with the place where it is written, what it leaves out, what "
     "its proofs prove, and the message as dig prints it. TYPE is A if it is not given; ADDRESS is "
     "the client's.\n"
     "An example: apex explain --do no.such.example.com A example.com=example.com.zone\n"
     "The exit code is 0 whatever the answer is, 1 if a zone that matters would be refused, 2 if "
     "the call is at fault, 3 if the system is.",
     kExplainOptions, run_explain},
    {"diff", kDiffSynopses, "says which questions get another answer, and which one",
     "The answers are compared, not the records: what no answer shows does not count, and what a "
     "record changes elsewhere does. The questions are told as classes of names and types, each "
     "with an example, both answers to it, and how long caches may hold something of the old one. "
     "Operands that end in .toml are configurations: views of one name are compared.\n"
     "An example: apex diff example.com old.zone new.zone\n"
     "The exit code is 0 if all answers are the same, 1 if not, or if a zone would be refused, 2 if "
     "the call is at fault, 3 if the system is.",
     kDiffOptions, run_diff},
    {"views", kViewsSynopses, "says which names get another answer in some view, and which one",
     "A row is a name and a type, a column a view, the default one first. = is the same answer as "
     "the first column's; else stands what the view says: the data, NXDOMAIN, no data, the servers "
     "that it refers to, REFUSED where it serves no such zone. With NAME, names at or below it.\n"
     "The exit code is 0 whatever differs, 1 if the configuration or a zone would be refused, 2 if "
     "the call is at fault, 3 if the system is.",
     kViewsOptions, run_views},
    {"help", kHelpSynopses, "explains a command, or lists what the tables hold",
     "The lists: rules that a zone can break, record types that are known by name, limits on what "
     "grows with a zone, keys of a configuration, requests to a running server; and the completion "
     "for bash.",
     kHelpOptions, run_help},
    {"version", kVersionSynopses, "prints the version", "", kVersionOptions, run_version},
};

int unknown_command(World& world, const std::string& word) {
    std::vector<std::string_view> names;
    std::string all;
    for (const CommandRow& row : kCommands) {
        names.emplace_back(row.name);
        if (!all.empty()) all += ", ";
        all += row.name;
    }
    std::string hint = nearest_hint(word, names);
    if (hint.empty()) hint = "this version has the commands " + all;
    std::string kind = word.substr(0, 1) == "-" ? "option '" : "command '";
    return call_at_fault(world, "", {"there is no " + kind + word + "'", hint});
}

}  // namespace

std::span<const CommandRow> commands() {
    return kCommands;
}

const CommandRow* find_command(std::string_view name) {
    for (const CommandRow& row : kCommands)
        if (name == row.name) return &row;
    return nullptr;
}

int call_at_fault(World& world, std::string_view command, const CallFault& fault) {
    std::string program = command.empty() ? "apex" : "apex " + std::string(command);
    std::string text = program + ": " + visible(fault.sentence) + "\n";
    if (!fault.hint.empty()) text += "  hint: " + visible(fault.hint) + "\n";
    text += "  all options: " + program + (command.empty() ? " help" : " --help") + "\n";
    world.out.flush();
    world.errors.write(text);
    world.errors.flush();
    return kCallAtFault;
}

int system_at_fault(World& world, std::string_view command, const std::string& sentence) {
    world.out.flush();
    world.errors.write("apex " + std::string(command) + ": " + visible(sentence) + "\n");
    world.errors.flush();
    return kSystemAtFault;
}

int run_version(World& world, const Call& call) {
    if (!call.operands.empty())
        return call_at_fault(world, "version", {"version takes no operand", ""});
    world.out.write(std::string("apex ") + kVersion + "\n");
    return kGood;
}

int run(World& world, std::span<const std::string> words) {
    if (words.empty()) {
        world.errors.write(overview_text());
        return kCallAtFault;
    }
    std::string name = words[0];
    if (name == "--help" || name == "-h") name = "help";
    if (name == "--version" || name == "-V") name = "version";
    const CommandRow* row = find_command(name);
    if (row == nullptr) return unknown_command(world, name);
    dns::Result<Call, CallFault> call = read_call(words.subspan(1), row->options);
    if (!call.ok()) return call_at_fault(world, row->name, call.fault());
    if (call->has("help")) {
        world.out.write(command_text(*row));
        return kGood;
    }
    return row->run(world, call.value());
}

}  // namespace server
