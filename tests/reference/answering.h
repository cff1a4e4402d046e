// An answer in the making: the chain of names that begins at the question's, and all that goes with
// each link of it.
//
//   lookup -> alias or redirect: into the answer, and on with its target
//          -> answer: with addresses of its targets     no data, no name: SOA and proof
//          -> referral: NS, DS or its proof, glue
//
// The class is answering.cpp's own.
#pragma once

#include "tests/reference/responder.h"

namespace apex_tests::reference {

// What must be in the reply of `zone`; `base` is what any reply to this request has.
std::vector<Expected> answer_from(const ServedZone& zone, const View& view, const Asker& asker,
                                  bool dnssec, const Question& question, const Expected& base);

}  // namespace apex_tests::reference
