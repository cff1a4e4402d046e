// Work shared out among threads that live for one load: no pool, no queue, nothing left behind.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace zones {

// Calls work(task) for each task in [0, tasks), on the calling thread and up to threads - 1 others.
template <class Work>
void share_out(unsigned threads, size_t tasks, Work work) {
    std::atomic<size_t> next{0};
    auto run = [&] {
        for (size_t task; (task = next.fetch_add(1)) < tasks;) work(task);
    };
    size_t wanted = threads > 1 && tasks > 1 ? std::min<size_t>(threads, tasks) - 1 : 0;
    std::vector<std::thread> others;
    while (others.size() < wanted) others.emplace_back(run);
    run();
    for (std::thread& other : others) other.join();
}

}  // namespace zones
