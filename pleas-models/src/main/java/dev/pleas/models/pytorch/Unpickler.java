package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a pickle as far as it describes data: a stack machine whose operations make {@link Value}s
 * and call nothing. Time and memory are linear in the bytes read, and operations are counted.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools, where
 *     the operations are documented</a>
 */
final class Unpickler {
  /** Some 40 are needed for a tensor; each takes 60 bytes of memory at most, besides strings. */
  static final int MAX_OPERATIONS = 3_000_000;

  private final PickleInput in;
  private final Calls calls;
  private final List<Value> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Integer, Value> memo = new HashMap<>();

  private Unpickler(PickleInput in) {
    this.in = in;
    this.calls = new Calls(in);
  }

  /**
   * Reads a pickle, up to the operation that ends it.
   *
   * @throws CheckpointException if it is damaged, too large, or asks for anything that is not on
   *     the list
   */
  static Pickled load(PickleInput in) {
    Unpickler unpickler = new Unpickler(in);
    Value root = unpickler.run();
    return new Pickled(root, unpickler.calls.storages());
  }

  /**
   * What a pickle holds.
   *
   * @param root the object that was saved
   * @param storages all that it refers to, by key
   */
  record Pickled(Value root, Map<String, Value.Storage> storages) {}

  private Value run() {
    for (int i = 0; i < MAX_OPERATIONS; i++) {
      int opcode = in.u1();
      if (opcode == Opcode.STOP) {
        return pop();
      }
      @Nullable Value constant = constant(opcode);
      if (constant != null) {
        stack.add(constant);
      } else if (!container(opcode) && !memory(opcode) && !object(opcode)) {
        throw in.bad(
            String.format(
                Locale.ROOT,
                "operation 0x%02x, which state dicts do not use: this is no PyTorch file, or it is"
                    + " damaged",
                opcode));
      }
    }
    throw in.bad(
        "more than "
            + MAX_OPERATIONS
            + " operations: save the state dict alone, without what a training run keeps beside it");
  }

  /** Returns what an operation that makes a value from its own bytes makes, or null. */
  private @Nullable Value constant(int opcode) {
    return switch (opcode) {
      case Opcode.NONE -> Value.Plain.NONE;
      case Opcode.NEWTRUE -> Value.Plain.TRUE;
      case Opcode.NEWFALSE -> Value.Plain.FALSE;
      case Opcode.BININT -> new Value.Int(in.i4());
      case Opcode.BININT1 -> new Value.Int(in.u1());
      case Opcode.BININT2 -> new Value.Int(in.u2());
      case Opcode.LONG1 -> integer(in.u1());
      case Opcode.LONG4 -> integer(in.u4());
      case Opcode.BINFLOAT -> skipped(8, Value.Plain.FLOAT);
      case Opcode.BINSTRING, Opcode.BINUNICODE -> new Value.Text(in.text(in.u4()));
      case Opcode.SHORT_BINSTRING, Opcode.SHORT_BINUNICODE -> new Value.Text(in.text(in.u1()));
      case Opcode.BINUNICODE8 -> new Value.Text(in.text(in.u8()));
      case Opcode.BINBYTES -> skipped(in.u4(), Value.Plain.BYTES);
      case Opcode.SHORT_BINBYTES -> skipped(in.u1(), Value.Plain.BYTES);
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> skipped(in.u8(), Value.Plain.BYTES);
      case Opcode.EMPTY_TUPLE -> new Value.Items(true, List.of());
      case Opcode.EMPTY_LIST -> new Value.Items(false, new ArrayList<>());
      case Opcode.EMPTY_DICT -> new Value.Dict();
      case Opcode.EMPTY_SET -> Value.Plain.SET;
      case Opcode.GLOBAL -> calls.named(in.line(), in.line());
      default -> null;
    };
  }

  private Value skipped(long bytes, Value value) {
    in.skip(bytes);
    return value;
  }

  private Value integer(long length) {
    byte[] littleEndian = in.take(length);
    for (int i = 0, j = littleEndian.length - 1; i < j; i++, j--) {
      byte swapped = littleEndian[i];
      littleEndian[i] = littleEndian[j];
      littleEndian[j] = swapped;
    }
    if (littleEndian.length == 0) {
      return new Value.Int(0);
    }
    BigInteger value = new BigInteger(littleEndian); // big-endian by now
    return value.bitLength() < Long.SIZE
        ? new Value.Int(value.longValue())
        : new Value.LargeInt(value);
  }

  /** Does an operation on tuples, lists, dicts or sets; returns false for others. */
  private boolean container(int opcode) {
    switch (opcode) {
      case Opcode.TUPLE -> stack.add(new Value.Items(true, popToMark()));
      case Opcode.TUPLE1 -> stack.add(new Value.Items(true, pop(1)));
      case Opcode.TUPLE2 -> stack.add(new Value.Items(true, pop(2)));
      case Opcode.TUPLE3 -> stack.add(new Value.Items(true, pop(3)));
      case Opcode.LIST -> stack.add(new Value.Items(false, popToMark()));
      case Opcode.APPEND -> append(pop(1));
      case Opcode.APPENDS -> append(popToMark());
      case Opcode.DICT -> {
        List<Value> items = popToMark();
        stack.add(new Value.Dict());
        set(items);
      }
      case Opcode.SETITEM -> set(pop(2));
      case Opcode.SETITEMS -> set(popToMark());
      case Opcode.ADDITEMS -> {
        popToMark();
        top();
      }
      case Opcode.FROZENSET -> {
        popToMark();
        stack.add(Value.Plain.SET);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void append(List<Value> items) {
    Value target = top();
    if (target instanceof Value.Items list && !list.tuple()) {
      list.values().addAll(items);
    } else if (!(target instanceof Value.Placeholder)) {
      throw in.damaged("values appended to " + target.describe());
    }
  }

  private void set(List<Value> items) {
    Value target = top();
    if (items.size() % 2 != 0) {
      throw in.damaged("a key without a value");
    }
    if (target instanceof Value.Dict dict) {
      for (int i = 0; i < items.size(); i += 2) {
        dict.put(items.get(i), items.get(i + 1));
      }
    } else if (!(target instanceof Value.Placeholder)) {
      throw in.damaged("keys set in " + target.describe());
    }
  }

  /** Does an operation on the stack or the memo; returns false for others. */
  private boolean memory(int opcode) {
    switch (opcode) {
      case Opcode.PROTO -> {
        int protocol = in.u1();
        if (protocol < 2 || protocol > 5) {
          throw in.bad("protocol " + protocol + "; PyTorch writes 2 to 5");
        }
      }
      case Opcode.FRAME -> in.u8();
      case Opcode.MARK -> marks.add(stack.size());
      case Opcode.POP -> pop();
      case Opcode.POP_MARK -> popToMark();
      case Opcode.DUP -> stack.add(top());
      case Opcode.BINGET -> stack.add(recall(in.u1()));
      case Opcode.LONG_BINGET -> stack.add(recall(in.i4()));
      case Opcode.BINPUT -> memo.put(in.u1(), top());
      case Opcode.LONG_BINPUT -> memo.put(in.i4(), top());
      case Opcode.MEMOIZE -> memo.put(memo.size(), top());
      default -> {
        return false;
      }
    }
    return true;
  }

  private Value recall(int index) {
    @Nullable Value value = memo.get(index);
    if (value == null) {
      throw in.damaged("a reference to value " + index + ", which was not kept");
    }
    return value;
  }

  /** Does an operation that would import or call something; returns false for others. */
  private boolean object(int opcode) {
    switch (opcode) {
      case Opcode.STACK_GLOBAL -> {
        List<Value> names = pop(2);
        if (names.get(0) instanceof Value.Text module && names.get(1) instanceof Value.Text name) {
          stack.add(calls.named(module.text(), name.text()));
        } else {
          throw in.damaged("a name that is no string");
        }
      }
      case Opcode.REDUCE, Opcode.NEWOBJ -> {
        List<Value> call = pop(2);
        stack.add(calls.call(call.get(0), call.get(1)));
      }
      case Opcode.NEWOBJ_EX -> {
        List<Value> call = pop(3);
        stack.add(calls.call(call.get(0), call.get(1)));
      }
      case Opcode.BUILD -> {
        pop();
        Value target = top();
        if (!(target instanceof Value.Dict || target instanceof Value.Placeholder)) {
          throw in.damaged("attributes for " + target.describe());
        }
      }
      case Opcode.BINPERSID -> stack.add(calls.storage(pop()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
  }

  private Value top() {
    if (stack.size() <= floor()) {
      throw in.damaged("an operation on nothing");
    }
    return stack.get(stack.size() - 1);
  }

  private Value pop() {
    Value top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  /** Takes values off the stack; returns them in the order they came. */
  private List<Value> pop(int count) {
    Value[] popped = new Value[count];
    for (int i = count - 1; i >= 0; i--) {
      popped[i] = pop();
    }
    return Arrays.asList(popped);
  }

  private List<Value> popToMark() {
    if (marks.isEmpty()) {
      throw in.damaged("the end of a list without its beginning");
    }
    List<Value> above = stack.subList(marks.remove(marks.size() - 1), stack.size());
    List<Value> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }
}
