// A trace: how an answer came about, step by step, for `apex explain`.
//
// Stages of the answering path take a tracer as a template parameter: NoTrace costs nothing, Trace
// collects steps. A step is a row's kind and what fills its sentence; words are made on output
// (server/cli/explain). What a step names by reference lives as long as the set.
#pragma once

#include <cstdint>
#include <vector>

#include "dns/message.h"
#include "dns/name.h"
#include "server/answer/plan.h"
#include "server/answer/set.h"

namespace server {

enum class StepKind : uint8_t {
    unreadable,
    opcode_not_served,
    bad_version,
    no_question,
    class_not_served,
    chaos,
    meta_type,
    signed_well,
    signature_unreadable,
    bad_key,
    bad_signature,
    bad_time,
    bad_truncation,
    view_chosen,
    view_passed_over,
    no_view,
    zone_chosen,
    parent_for_ds,
    no_zone,
    zone_not_loaded,
    query_denied,
    name_found,
    closest_encloser,
    empty_non_terminal,
    cut_found,
    redirect_found,
    wildcard_absent,
    wildcard_taken,
    alias_followed,
    alias_leaves_zone,
    alias_loops,
    alias_limit,
    alias_not_followed,
    redirect_too_long,
    answer,
    no_data,
    no_name,
    referral,
    one_of_many,
    target_outside,
    target_absent,
    target_without_addresses,
    target_limit,
    proof_name,
    proof_wildcard,
    proof_no_data,
    proof_encloser,
    proof_opt_out,
    proof_missing,
    left_out,
    truncated,
    kCount
};

// The stages that steps belong to, in the order in which the server comes to them.
enum class Stage : uint8_t { request, view, zone, search, left_out, proof };

struct StepRow {
    StepKind kind;
    Stage stage;
    const char* word;       // for programs
    const char* reference;  // RFC and section, or ""; "a|b": b where the proof is of NSEC3 records
    const char* sentence;   // {name}, {type}, {zone}, {view} and {number} are filled in
};

const StepRow& step_row(StepKind kind);

struct Step {
    StepKind kind;
    dns::Name name;
    uint16_t type = 0;
    const ServedZone* zone = nullptr;
    const View* view = nullptr;
    uint64_t number = 0;
    zones::RrsetView rrset;  // a record that decided it: its place is shown
};

class Trace {
  public:
    static constexpr bool kOn = true;
    Step& add(StepKind kind) {
        return steps.emplace_back(Step{kind, {}, 0, nullptr, nullptr, 0, {}});
    }

    std::vector<Step> steps;
    Plan plan;               // what was decided to be sent
    std::vector<bool> sent;  // by item of the plan: whether it stands in the message
};

struct NoTrace {
    static constexpr bool kOn = false;
};

}  // namespace server
