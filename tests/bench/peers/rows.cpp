// The rows of the benchmark as CAF does them (C++ Actor Framework 0.17): rows ROW prints one number, in that row's unit.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "caf/all.hpp"

using namespace caf;
using go_atom = atom_constant<atom("go")>;
using ack_atom = atom_constant<atom("ack")>;
using last_atom = atom_constant<atom("last")>;

constexpr long burst = 1000;
constexpr int window = 10;

struct kilobyte {
  long id = 0;
  std::string name = "a message of some length";
  std::string parts[10];
};
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kilobyte)

static double now_ns() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(since).count();
}

static void verify(bool done) {
  if (done) return;
  std::fprintf(stderr, "the work was not done\n");
  std::exit(1);
}

// ---- throughput: bursts of 1,000, at most 10 of them not acknowledged --------------------------------

struct receiver_state {
  long left = 0;
  long sum = 0;
};

behavior receiver(stateful_actor<receiver_state>* self, long count, actor whom) {
  self->state.left = count;
  auto counted = [=] {
    if (--self->state.left == 0) self->send(whom, self->state.sum);
  };
  return {
      [=](int number) {
        self->state.sum += number;
        counted();
      },
      [=](last_atom, const actor& from) {
        self->send(from, ack_atom::value);
        counted();
      },
  };
}

struct sender_state {
  long left = 0;
};

behavior sender(stateful_actor<sender_state>* self, actor to, long count) {
  self->state.left = count;
  auto next = [=] {
    if (self->state.left <= 0) return;
    for (int i = 1; i < burst; i++) self->send(to, i);
    self->send(to, last_atom::value, actor{self});
    self->state.left -= burst;
  };
  return {
      [=](go_atom) {
        for (int i = 0; i < window; i++) next();
      },
      [=](ack_atom) { next(); },
  };
}

static double throughput(actor_system& system, long count, int senders) {
  scoped_actor self{system};
  auto to = system.spawn(receiver, count, actor{self});
  std::vector<actor> all;
  for (int i = 0; i < senders; i++) all.push_back(system.spawn(sender, to, count / senders));
  double begin = now_ns();
  for (auto& each : all) self->send(each, go_atom::value);
  self->receive([&](long sum) { verify(sum == count / burst * 499500); });
  return (now_ns() - begin) / count;
}

// ---- messages of a KiB: bursts of a hundred, of which the receiver reads a number --------------------

constexpr long heavy_burst = 100;

behavior taker(stateful_actor<receiver_state>* self, long count, actor whom) {
  self->state.left = count;
  return {
      [=](const kilobyte& value) {
        self->state.sum += value.id;
        if (--self->state.left == 0) self->send(whom, self->state.sum);
      },
      [=](last_atom, const actor& from) { self->send(from, ack_atom::value); },
  };
}

struct giver_state {
  long left = 0;
  kilobyte value;
};

behavior giver(stateful_actor<giver_state>* self, actor to, long count) {
  self->state.left = count;
  self->state.value.id = 1;
  for (int i = 0; i < 10; i++) self->state.value.parts[i] = std::string(90, 'a' + i);
  auto next = [=] {
    if (self->state.left <= 0) return;
    for (int i = 0; i < heavy_burst; i++) self->send(to, self->state.value);
    self->send(to, last_atom::value, actor{self});
    self->state.left -= heavy_burst;
  };
  return {
      [=](go_atom) {
        for (int i = 0; i < window; i++) next();
      },
      [=](ack_atom) { next(); },
  };
}

static double payload(actor_system& system, long count) {
  scoped_actor self{system};
  auto to = system.spawn(taker, count, actor{self});
  auto from = system.spawn(giver, to, count);
  double begin = now_ns();
  self->send(from, go_atom::value);
  self->receive([&](long sum) { verify(sum == count); });
  return (now_ns() - begin) / count;
}

// ---- spawn and stop ---------------------------------------------------------------------------------

static std::atomic<long> started{0};

behavior idle(event_based_actor*) {
  started++;
  return {[](int) {}};
}

static double spawn_and_stop(actor_system& system, long count) {
  started = 0;
  double begin = now_ns();
  std::vector<actor> all;
  all.reserve(count);
  for (long i = 0; i < count; i++) all.push_back(system.spawn(idle));
  while (started < count) std::this_thread::yield();
  for (auto& each : all) anon_send_exit(each, exit_reason::user_shutdown);
  all.clear();
  while (system.registry().running() > 1) std::this_thread::yield();
  return (now_ns() - begin) / count;
}

// ---- a ring of a thousand ---------------------------------------------------------------------------

struct hop_state {
  actor next;
};

behavior hop(stateful_actor<hop_state>* self, actor whom) {
  return {
      [=](const actor& next) { self->state.next = next; },
      [=](int left) {
        if (left == 0) self->send(whom, 0L);
        else self->send(self->state.next, left - 1);
      },
  };
}

static double ring(actor_system& system, int hops) {
  scoped_actor self{system};
  std::vector<actor> all;
  for (int i = 0; i < 1000; i++) all.push_back(system.spawn(hop, actor{self}));
  for (int i = 0; i < 1000; i++) self->send(all[i], all[(i + 1) % 1000]);
  double begin = now_ns();
  self->send(all[0], hops);
  self->receive([](long) {});
  return (now_ns() - begin) / hops;
}

// ---- skynet: a tree of tens down to the leaves, sums flow back --------------------------------------

struct sky_state {
  long sum = 0;
  int left = 10;
};

behavior sky(stateful_actor<sky_state>* self, actor parent, long number, long size) {
  if (size == 1) {
    self->send(parent, number);
    self->quit();
    return {};
  }
  long part = size / 10;
  for (int i = 0; i < 10; i++) self->spawn(sky, actor{self}, number + i * part, part);
  return {[=](long sum) {
    self->state.sum += sum;
    if (--self->state.left > 0) return;
    self->send(parent, self->state.sum);
    self->quit();
  }};
}

static double skynet(actor_system& system, long leaves) {
  scoped_actor self{system};
  double begin = now_ns();
  system.spawn(sky, actor{self}, 0L, leaves);
  self->receive([&](long sum) { verify(sum == leaves * (leaves - 1) / 2); });
  return (now_ns() - begin) / 1e6;
}

static double run(actor_system& system, const std::string& row) {
  if (row == "1" || row == "2") return throughput(system, 4'000'000, 1);
  if (row == "3") return throughput(system, 4'000'000, 8);
  if (row == "5a") {
    // The first round touches the memory.
    spawn_and_stop(system, 100'000);
    return spawn_and_stop(system, 100'000);
  }
  if (row == "6") return ring(system, 3'000'000);
  if (row == "7") return skynet(system, 1'000'000);
  if (row == "8") return payload(system, 500'000);
  std::fprintf(stderr, "no such row\n");
  std::exit(2);
}

int main(int count, char** args) {
  std::string row = count > 1 ? args[1] : "";
  actor_system_config config;
  config.set("scheduler.max-threads", row == "1" ? 1 : 2);
  actor_system system{config};
  std::printf("%.3f\n", run(system, row));
  std::fflush(stdout);
  // Actors that wait for each other would keep it from ending.
  std::_Exit(0);
}
