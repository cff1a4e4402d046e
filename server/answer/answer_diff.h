// Which questions get another answer from one view than from another, as classes of names and
// types. No question with another answer is outside all classes, and a class is there only if one
// of its questions was asked of both views and answered differently (but that of NSEC3's proofs,
// where a name with that hash may take too long to find).
//
//   zones by name  --->  both trees side by side, in canonical order
//
//        example.com          at each name that exists in one of the two
//          |- *                 the name itself .............. by type
//          |- a                 names below it, in neither ... by type: one of them stands for all
//          |  `- b
//          `- sub  NS         what a cut or a DNAME hides is not walked: below it all names are one
//                             class. The same DNAME in both: as much differs as below its target.
//
// One name stands for all that are in neither zone below the same name, because what is said to
// them depends on nothing but the wildcard, the cut or the DNAME that they share. Which types a
// name is asked for: those that stand where its chain of aliases comes by, and one that stands
// nowhere.
//
// The SOA is in every negative answer. It is told once, and then counts as the same: answers are
// compared with the old SOA in the new zone.
// The cost: a search or two for each name, and questions where an answer is not the very same
// RRset.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "server/answer/two_answers.h"

namespace server {

enum class QuestionGroup : uint8_t {
    zone,                // a zone that only one of the two serves
    soa,                 // the SOA itself, and with it every negative answer
    name,                // a name with records before or after
    wildcard,            // a wildcard, and the names for which it stands
    empty_non_terminal,  // a name that exists without records, where it exists
    cut,                 // at and below a delegation
    redirect,            // below a DNAME
    no_match,            // names that do not exist, before and after: proofs (with DNSSEC alone)
};
inline constexpr size_t kQuestionGroups = 8;

enum class Covers : uint8_t {
    name,            // the name itself
    below,           // the names below it that exist in neither (below a cut or DNAME: all); where
                     // proofs are compared, some of them
    name_and_below,  // both
    some_below,      // those below a DNAME whose new names are in other classes; of a zone with
                     // NSEC3 those, found anywhere, whose hashes are where a proof differs
};

// A class.
struct AnswerChange {
    QuestionGroup group = QuestionGroup::name;
    Covers covers = Covers::name;
    dns::Name name;  // absolute
    // These types; or all but these. What is excepted, is so for the name itself.
    std::vector<uint16_t> types;
    bool all_but_types = false;
    AskedQuestion example;
    bool additional_only = false;  // for all its questions
    uint32_t held = 0;             // as AnswerDifference::held, the longest
};

struct AnswerDiffOptions {
    bool dnssec_ok = false;      // compare signed answers
    bool ignore_serial = false;  // SOAs that differ in nothing else are the same
};

using UseAnswerChange = std::function<void(const AnswerChange&)>;

// Zone by zone in canonical order of their names; within a zone as the tree is walked.
void compare_answers(const View& before, const View& after, const AnswerDiffOptions& options,
                     const UseAnswerChange& use);

}  // namespace server
