%% The rows of the benchmark as Erlang does them: rows:main(Row) prints one number, in that row's unit.
%% One scheduler for the rows of one thread (+S 1:1), two for the others.
-module(rows).
-export([main/1]).

-define(BURST, 1000).
-define(WINDOW, 10).

main([Row]) ->
    io:format("~.3f~n", [float(row(Row))]),
    halt(0).

row("1") -> throughput(5000000, [1]);
row("2") -> throughput(5000000, [2]);
row("3") -> throughput(4000000, [1, 2, 1, 2, 1, 2, 1, 2]);
row("4a") -> ask(200000, 1);
row("4b") -> ask(100000, 2);
row("5a") -> spawn_and_stop(100000);
row("6") -> ring(5000000);
row("7") -> skynet(1000000);
row("8") -> payload(500000).

now_ns() -> erlang:monotonic_time(nanosecond).

%% On that scheduler.
on(Scheduler, Run) -> spawn_opt(Run, [{scheduler, Scheduler}]).

%% ns a message: from each sender, bursts of 1,000, at most 10 of them not acknowledged.
throughput(Count, Senders) ->
    Me = self(),
    Receiver = on(1, fun() -> receiver(Me, Count, 0) end),
    Each = Count div length(Senders),
    Begin = now_ns(),
    [on(Scheduler, fun() -> sender(Receiver, Each, 0) end) || Scheduler <- Senders],
    Sum = receive {sum, Got} -> Got end,
    Sum = Count div ?BURST * 499500,
    (now_ns() - Begin) / Count.

sender(_, 0, 0) -> ok;
sender(To, Left, Open) when Left =:= 0; Open =:= ?WINDOW ->
    receive ack -> sender(To, Left, Open - 1) end;
sender(To, Left, Open) ->
    burst(To, 1),
    To ! {last, self()},
    sender(To, Left - ?BURST, Open + 1).

burst(_, ?BURST) -> ok;
burst(To, Number) -> To ! Number, burst(To, Number + 1).

receiver(Whom, 0, Sum) -> Whom ! {sum, Sum};
receiver(Whom, Left, Sum) ->
    receive
        Number when is_integer(Number) -> receiver(Whom, Left - 1, Sum + Number);
        {last, Sender} -> Sender ! ack, receiver(Whom, Left - 1, Sum)
    end.

%% µs a round trip, the other one on that scheduler.
ask(Count, Scheduler) ->
    Me = self(),
    Echo = on(Scheduler, fun echo/0),
    on(1, fun() ->
        asks(Echo, 5000),
        Begin = now_ns(),
        asks(Echo, Count),
        Me ! {took, now_ns() - Begin}
    end),
    receive {took, Ns} -> Ns / Count / 1000 end.

asks(_, 0) -> ok;
asks(Echo, Left) ->
    Ref = make_ref(),
    Echo ! {self(), Ref, Left},
    receive {Ref, Left} -> asks(Echo, Left - 1) end.

echo() -> receive {From, Ref, Value} -> From ! {Ref, Value}, echo() end.

%% ns an actor; the first round touches the memory, the second is measured.
spawn_and_stop(Count) -> round_of(Count), round_of(Count) / Count.

round_of(Count) ->
    Begin = now_ns(),
    All = [spawn_monitor(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, Count)],
    [Pid ! stop || {Pid, _} <- All],
    [receive {'DOWN', Ref, process, _, normal} -> ok end || {_, Ref} <- All],
    now_ns() - Begin.

%% ns a hop, around a thousand.
ring(Hops) ->
    Me = self(),
    [First | Rest] = All = [spawn(fun() -> receive {next, Next} -> hop(Me, Next) end end) || _ <- lists:seq(1, 1000)],
    [Pid ! {next, Next} || {Pid, Next} <- lists:zip(All, Rest ++ [First])],
    Begin = now_ns(),
    First ! Hops,
    receive done -> (now_ns() - Begin) / Hops end.

hop(Whom, Next) ->
    receive
        0 -> Whom ! done, hop(Whom, Next);
        Left -> Next ! Left - 1, hop(Whom, Next)
    end.

%% ms: a tree of tens down to the leaves, sums flow back.
skynet(Leaves) ->
    Me = self(),
    Begin = now_ns(),
    spawn(fun() -> sky(Me, 0, Leaves) end),
    Sum = receive Got -> Got end,
    Sum = Leaves * (Leaves - 1) div 2,
    (now_ns() - Begin) / 1.0e6.

sky(Parent, Number, 1) -> Parent ! Number;
sky(Parent, Number, Size) ->
    Me = self(),
    Part = Size div 10,
    [spawn(fun() -> sky(Me, Number + I * Part, Part) end) || I <- lists:seq(0, 9)],
    Parent ! lists:sum([receive Sum -> Sum end || _ <- lists:seq(1, 10)]).

%% ns a message of a KiB: a map whose binaries are shared, not copied; bursts of a hundred, at most 10 of them not acknowledged.
payload(Count) ->
    Me = self(),
    Taker = on(1, fun() -> taker(Me, Count, 0) end),
    Begin = now_ns(),
    on(2, fun() ->
        Parts = [{list_to_atom([C]), binary:copy(<<C>>, 90)} || C <- lists:seq($a, $j)],
        giver(Taker, maps:from_list([{id, 1}, {name, <<"a message of some length">>} | Parts]), Count, 0)
    end),
    Count = receive {sum, Sum} -> Sum end,
    (now_ns() - Begin) / Count.

taker(Whom, 0, Sum) -> Whom ! {sum, Sum};
taker(Whom, Left, Sum) ->
    receive
        #{id := Id} -> taker(Whom, Left - 1, Sum + Id);
        {last, Giver} -> Giver ! ack, taker(Whom, Left, Sum)
    end.

giver(_, _, 0, 0) -> ok;
giver(To, Value, Left, Open) when Left =:= 0; Open =:= ?WINDOW ->
    receive ack -> giver(To, Value, Left, Open - 1) end;
giver(To, Value, Left, Open) ->
    [To ! Value || _ <- lists:seq(1, 100)],
    To ! {last, self()},
    giver(To, Value, Left - 100, Open + 1).
