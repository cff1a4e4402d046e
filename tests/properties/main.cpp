// apex-properties [--seed N] [--long] [--case N] [doctest's own options]
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "tests/properties/property.h"

int main(int count, char** words) {
    apex_tests::PropertySettings& settings = apex_tests::property_settings();
    settings.seed = std::random_device{}();
    std::vector<const char*> rest{words[0]};
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(words[i], "--long") == 0)
            settings.long_run = true;
        else if (std::strcmp(words[i], "--seed") == 0 && i + 1 < count)
            settings.seed = std::strtoull(words[++i], nullptr, 10);
        else if (std::strcmp(words[i], "--case") == 0 && i + 1 < count)
            settings.only_case = std::strtoull(words[++i], nullptr, 10);
        else
            rest.push_back(words[i]);
    }
    std::printf("seed: %llu%s\n", static_cast<unsigned long long>(settings.seed),
                settings.long_run ? " (long)" : "");
    std::fflush(stdout);
    return doctest::Context(static_cast<int>(rest.size()), rest.data()).run();
}
