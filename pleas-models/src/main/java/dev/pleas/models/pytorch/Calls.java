package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the functions and classes on the list would return, worked out without them. */
final class Calls {
  /** As in PyTorch. */
  private static final int MAX_AXES = 64;

  private final PickleInput in;
  private final Map<String, Value.Storage> storages = new HashMap<>();
  private int copied;

  Calls(PickleInput in) {
    this.in = in;
  }

  /** Returns the storages referred to so far, by key. */
  Map<String, Value.Storage> storages() {
    return storages;
  }

  /**
   * Returns what a name stands for.
   *
   * @throws CheckpointException if it is not on the list
   */
  Value named(String module, String name) {
    @Nullable Global global = Globals.find(module, name);
    String full = module + "." + name;
    if (global == null) {
      throw in.bad(
          "the name "
              + full
              + ", which is none of those that state dicts need; nothing was run. A whole network or"
              + " training run can only be read by the program that saved it; "
              + Conversion.remedy(in.path()));
    }
    return new Value.Named(full, global);
  }

  /** Returns what a call of something on the list gives. */
  Value call(Value callable, Value arguments) {
    if (!(arguments instanceof Value.Items tuple && tuple.tuple())) {
      throw in.damaged("arguments that are " + arguments.describe());
    }
    if (callable instanceof Value.Named named) {
      if (named.global() instanceof Global.Function function) {
        return call(named.name(), function, tuple.values());
      }
      if (named.global() instanceof Global.Inert inert) {
        return inert.result();
      }
    }
    throw in.damaged("a call of " + callable.describe());
  }

  private Value call(String name, Global.Function function, List<Value> arguments) {
    return switch (function) {
      case ORDERED_DICT -> orderedDict(name, arguments);
      case SIZE -> argument(name, arguments, 0, Value.Items.class);
      case REBUILD_TENSOR -> tensor(name, arguments, null);
      case REBUILD_TENSOR_V3 -> {
        Value.Named type = argument(name, arguments, 6, Value.Named.class);
        if (!(type.global() instanceof Global.TypeName known)) {
          throw wrong(name, arguments);
        }
        yield tensor(name, arguments, known.type());
      }
      case REBUILD_PARAMETER -> argument(name, arguments, 0, Value.class);
      case REBUILD_FROM_TYPE -> fromType(name, arguments);
    };
  }

  /** An empty one, or one of pairs, as Python 2 saved them. */
  private Value orderedDict(String name, List<Value> arguments) {
    Value.Dict dict = new Value.Dict();
    if (!arguments.isEmpty()) {
      List<Value> pairs = argument(name, arguments, 0, Value.Items.class).values();
      copied += pairs.size(); // one list can be given to many calls
      if (copied > Unpickler.MAX_OPERATIONS) {
        throw in.bad("dicts of more than " + Unpickler.MAX_OPERATIONS + " entries in all");
      }
      for (Value pair : pairs) {
        if (!(pair instanceof Value.Items items && items.values().size() == 2)) {
          throw wrong(name, arguments);
        }
        dict.put(items.values().get(0), items.values().get(1));
      }
    }
    return dict;
  }

  /** A tensor with attributes of Python's, or of a subclass, which the list has. */
  private Value fromType(String name, List<Value> arguments) {
    Value.Named rebuild = argument(name, arguments, 0, Value.Named.class);
    argument(name, arguments, 1, Value.Named.class);
    if (rebuild.global() == Global.Function.REBUILD_FROM_TYPE) {
      throw wrong(name, arguments); // no tensor is rebuilt twice, and nothing here is recursive
    }
    return call(rebuild, argument(name, arguments, 2, Value.Items.class));
  }

  /**
   * Arguments: storage, offset, sizes, strides; from version 2 on requires_grad, hooks, and (in
   * version 3 after the type) flags.
   */
  private Value tensor(String name, List<Value> arguments, @Nullable ElementType type) {
    Value.Storage storage = argument(name, arguments, 0, Value.Storage.class);
    int flags = type == null ? 6 : 7;
    if (arguments.size() > flags
        && arguments.get(flags) instanceof Value.Dict dict
        && !dict.keys().isEmpty()) {
      return new Value.Placeholder("a tensor that is stored negated or conjugated", true);
    }
    return new Value.Tensor(
        storage,
        type == null ? storage.type() : type,
        argument(name, arguments, 1, Value.Int.class).value(),
        integers(name, arguments, 2),
        integers(name, arguments, 3));
  }

  private List<Long> integers(String name, List<Value> arguments, int index) {
    List<Value> values = argument(name, arguments, index, Value.Items.class).values();
    if (values.size() > MAX_AXES) {
      throw in.damaged("a tensor of " + values.size() + " axes");
    }
    List<Long> integers = new ArrayList<>();
    for (Value value : values) {
      if (!(value instanceof Value.Int integer)) {
        throw wrong(name, arguments);
      }
      integers.add(integer.value());
    }
    return integers;
  }

  /**
   * Returns the storage that a persistent id names: ('storage', class, key, device, elements), and
   * in the older layout None.
   */
  Value storage(Value id) {
    if (!(id instanceof Value.Items tuple && tuple.tuple())
        || tuple.values().size() < 5
        || !(tuple.values().get(0) instanceof Value.Text kind)
        || !kind.text().equals("storage")) {
      throw in.damaged("a reference to something that is no storage");
    }
    List<Value> parts = tuple.values();
    if (!(parts.get(1) instanceof Value.Named named
            && named.global() instanceof Global.StorageClass storageClass)
        || !(parts.get(2) instanceof Value.Text key)
        || !(parts.get(4) instanceof Value.Int elements)
        || elements.value() < 0) {
      throw in.damaged("a storage whose class, key or length is missing");
    }
    if (parts.size() > 5 && parts.get(5) != Value.Plain.NONE) {
      throw in.bad(
          "a part of a storage, as PyTorch before 0.4 saved it: load and save the file with a newer"
              + " PyTorch");
    }
    Value.Storage storage = new Value.Storage(key.text(), storageClass.type(), elements.value());
    Value.Storage first = storages.computeIfAbsent(key.text(), any -> storage);
    if (!first.equals(storage)) {
      throw in.damaged("storage " + key.text() + " twice, with other types or lengths");
    }
    return first;
  }

  private <T extends Value> T argument(
      String name, List<Value> arguments, int index, Class<T> kind) {
    if (index >= arguments.size() || !kind.isInstance(arguments.get(index))) {
      throw wrong(name, arguments);
    }
    return kind.cast(arguments.get(index));
  }

  private CheckpointException wrong(String name, List<Value> arguments) {
    return in.damaged(arguments.size() + " arguments of " + name + " that it does not take");
  }
}
