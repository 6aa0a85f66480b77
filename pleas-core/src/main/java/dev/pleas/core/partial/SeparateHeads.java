package dev.pleas.core.partial;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.OwnHeads.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Networks that keep all of their heads in a merge, however many each has. The heads of a network
 * that are of one kind, linear layers that read the same value, are joined into one layer whose
 * rows are those of the first head, then those of the second and so on, so that networks whose
 * heads differ in number, names and classes have one graph, up to the rows. In the merged network
 * that layer has the rows of all sources, and is split into the heads of each.
 *
 * <p>An output of the merged network is named after its source, {@code NAME-OUTPUT} where the
 * source has several; node and parameters {@code fc} become {@code fc.NAME}, or {@code
 * fc.NAME-OUTPUT}.
 */
public final class SeparateHeads {
  private final List<Graph> sources;
  private final List<String> names;
  private final List<OwnHeads> heads;
  private final List<Graph> joined;

  private SeparateHeads(List<Graph> sources, List<String> names) {
    this.sources = List.copyOf(sources);
    this.names = List.copyOf(names);
    heads = sources.stream().map(OwnHeads::of).toList();
    joined = IntStream.range(0, sources.size()).mapToObj(this::join).toList();
  }

  /**
   * Finds the heads of networks, of one architecture or not.
   *
   * @param names of the sources
   * @throws ConfigurationException if an output is made by something else than linear layers, or
   *     two outputs of the merged network would have one name
   */
  public static SeparateHeads of(List<Graph> sources, List<String> names) {
    SeparateHeads separate = new SeparateHeads(sources, names);
    separate.outputs(); // Refuses equal names before anything is done.
    return separate;
  }

  /** Returns the sources' graphs with their heads joined. */
  public List<Graph> graphs() {
    return joined;
  }

  /** Returns the layout of each joined layer's rows: those of every source apart. */
  public Map<String, BlockLayout> layouts() {
    Map<String, BlockLayout> layouts = new LinkedHashMap<>();
    for (String kind : nodes()) {
      layouts.put(
          kind, BlockLayout.apart(heads.stream().mapToInt(own -> rows(own, kind)).toArray()));
    }
    return layouts;
  }

  /** Returns the joined layers. */
  public Set<String> nodes() {
    return heads.get(0).kinds().keySet();
  }

  private static int rows(OwnHeads own, String kind) {
    return own.kind(kind).stream().mapToInt(Head::rows).sum();
  }

  private Graph join(int source) {
    Graph graph = sources.get(source);
    OwnHeads own = heads.get(source);
    Map<String, Shape> shapes = new LinkedHashMap<>(graph.parameters());
    shapes.keySet().removeAll(own.parameters());
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.removeIf(node -> own.all().containsKey(node.name()));
    own.kinds()
        .forEach(
            (kind, alike) -> {
              Head first = alike.get(0);
              Op op = first.node().op();
              if (op instanceof Op.Linear linear) {
                int rows = rows(own, kind);
                Shape shape = graph.parameterShape(linear.weight()).with(0, rows);
                op = new Op.Linear(first.general(linear.weight()), bias(alike));
                op.parameters().forEach(name -> shapes.put(name, Shape.of(rows)));
                shapes.put(first.general(linear.weight()), shape);
              }
              nodes.add(new Node(kind, op, own.inputs(first)));
            });
    Map<String, String> outputs = new LinkedHashMap<>();
    for (String value : graph.outputs().values()) {
      String kind = own.of(value).kind();
      outputs.put(kind, kind);
    }
    return new Graph(graph.architecture(), graph.inputs(), nodes, outputs, shapes);
  }

  private static @Nullable String bias(List<Head> alike) {
    for (Head head : alike) {
      if (head.node().op() instanceof Op.Linear linear && linear.bias() != null) {
        return head.general(linear.bias());
      }
    }
    return null;
  }

  /**
   * Returns the sources with their heads joined. A head without a bias gets one of zeros where
   * others of its network have one.
   *
   * @param models of the sources, with other weights perhaps
   */
  public List<Model> join(List<Model> models) {
    List<Model> whole = new ArrayList<>();
    for (int source = 0; source < models.size(); source++) {
      Model model = models.get(source);
      OwnHeads own = heads.get(source);
      Graph graph = joined.get(source);
      Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
      parameters.keySet().removeAll(own.parameters());
      own.kinds()
          .forEach(
              (kind, alike) -> {
                for (String name : parameters(graph, kind)) {
                  parameters.put(name, rows(model, alike, name, graph.parameterShape(name)));
                }
              });
      whole.add(new Model(graph, parameters));
    }
    return whole;
  }

  /** The parameter of each head, one after another. */
  private static HostTensor rows(Model model, List<Head> alike, String name, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.elements())];
    int row = Math.toIntExact(shape.elementsFrom(1));
    int at = 0;
    for (Head head : alike) {
      for (String own : head.node().op().parameters()) {
        if (head.general(own).equals(name)) {
          System.arraycopy(model.parameter(own).values(), 0, values, at, head.rows() * row);
        }
      }
      at += head.rows() * row;
    }
    return HostTensor.wrap(shape, values);
  }

  private static List<String> parameters(Graph graph, String node) {
    return graph.nodes().stream()
        .filter(one -> one.name().equals(node))
        .flatMap(one -> one.op().parameters().stream())
        .toList();
  }

  /** Splits the joined layers of a merged network into the heads of every source. */
  public Model split(Model merged) {
    Graph graph = merged.graph();
    Map<String, HostTensor> parameters = new LinkedHashMap<>(merged.parameters());
    for (String kind : nodes()) {
      for (String name : parameters(graph, kind)) {
        HostTensor all = merged.parameter(name);
        parameters.remove(name);
        int to = 0;
        for (int source = 0; source < heads.size(); source++) {
          for (Head head : heads.get(source).kind(kind)) {
            int from = to;
            to += head.rows();
            parameters.put(named(name, label(source, head.output())), rows(all, from, to));
          }
        }
      }
    }
    return new Model(split(graph), parameters);
  }

  /** Returns the graph of the network whose heads are split, likewise. */
  public Graph split(Graph merged) {
    Map<String, Shape> shapes = new LinkedHashMap<>(merged.parameters());
    List<Node> nodes = new ArrayList<>();
    for (Node node : merged.nodes()) {
      if (!nodes().contains(node.name())) {
        nodes.add(node);
        continue;
      }
      node.op().parameters().forEach(shapes::remove);
      for (int source = 0; source < heads.size(); source++) {
        for (Head head : heads.get(source).kind(node.name())) {
          String label = label(source, head.output());
          Map<String, Head> own = heads.get(source).all();
          for (String parameter : node.op().parameters()) {
            shapes.put(
                named(parameter, label), merged.parameterShape(parameter).with(0, head.rows()));
          }
          List<String> inputs = new ArrayList<>();
          for (String input : head.node().inputs()) {
            @Nullable Head before = own.get(input);
            inputs.add(before == null ? input : named(source, before));
          }
          nodes.add(new Node(named(source, head), own(node.op(), label), inputs));
        }
      }
    }
    return new Graph(merged.architecture(), merged.inputs(), nodes, outputs(), shapes);
  }

  /** The outputs of the merged network, and the nodes that make them. */
  private Map<String, String> outputs() {
    Map<String, String> outputs = new LinkedHashMap<>();
    for (int source = 0; source < heads.size(); source++) {
      for (Map.Entry<String, String> output : sources.get(source).outputs().entrySet()) {
        String label = label(source, output.getKey());
        Head head = heads.get(source).of(output.getValue());
        if (outputs.put(label, named(source, head)) != null) {
          throw new ConfigurationException(
              "two outputs would be called "
                  + label
                  + ", one of them output "
                  + output.getKey()
                  + " of "
                  + names.get(source)
                  + "; give the networks other names");
        }
      }
    }
    return outputs;
  }

  private String label(int source, String output) {
    return outputName(names.get(source), sources.get(source), output);
  }

  /**
   * Returns what an output of a source is called in a merged network: {@code NAME}, or {@code
   * NAME-OUTPUT} where the source has several.
   */
  public static String outputName(String name, Graph source, String output) {
    return source.outputs().size() == 1 ? name : name + "-" + output;
  }

  private String named(int source, Head head) {
    return head.kind() + "." + label(source, head.output());
  }

  /** {@code fc.weight} of output {@code a} is {@code fc.a.weight}. */
  private static String named(String parameter, String label) {
    int dot = parameter.lastIndexOf('.');
    return parameter.substring(0, dot + 1) + label + "." + parameter.substring(dot + 1);
  }

  private static Op own(Op op, String label) {
    if (op instanceof Op.Linear head) {
      String bias = head.bias();
      return new Op.Linear(named(head.weight(), label), bias == null ? null : named(bias, label));
    }
    return op;
  }

  private static HostTensor rows(HostTensor tensor, int from, int to) {
    int row = Math.toIntExact(tensor.shape().elementsFrom(1));
    float[] part = Arrays.copyOfRange(tensor.values(), from * row, to * row);
    return HostTensor.wrap(tensor.shape().with(0, to - from), part);
  }

  /**
   * Returns how a merged network's parameters are stored: as the first source's, a tensor of a head
   * once for every head, named likewise.
   *
   * @param merged what became of the sources; heads may be shared
   * @param sources their graphs
   * @param first how the first source is stored
   * @param names of the sources
   */
  public static ParameterLayout layout(
      Graph merged, List<Graph> sources, ParameterLayout first, List<String> names) {
    boolean shared = merged.outputs().size() == sources.get(0).outputs().size();
    return shared ? first : of(sources, names).layout(first);
  }

  private ParameterLayout layout(ParameterLayout first) {
    Map<String, Head> byParameter = new LinkedHashMap<>();
    for (Head head : heads.get(0).all().values()) {
      head.node().op().parameters().forEach(parameter -> byParameter.put(parameter, head));
    }
    List<Packed> packed = new ArrayList<>();
    Set<Packed> ofHeads = new LinkedHashSet<>();
    for (Packed one : first.packed()) {
      List<Head> held =
          one.parameters().stream().filter(byParameter::containsKey).map(byParameter::get).toList();
      if (held.isEmpty()) {
        packed.add(one);
      } else if (held.size() == one.parameters().size()) {
        List<String> general = new ArrayList<>();
        for (int i = 0; i < held.size(); i++) {
          general.add(held.get(i).general(one.parameters().get(i)));
        }
        String tensor = held.get(0).general(one.tensor());
        ofHeads.add(
            new Packed(tensor, general, one.axis(), one.transposed(), one.rank(), one.behind()));
      }
    }
    for (Packed one : ofHeads) {
      for (int source = 0; source < heads.size(); source++) {
        for (String output : sources.get(source).outputs().keySet()) {
          if (parameters(source, output).containsAll(one.parameters())) {
            String label = label(source, output);
            List<String> held =
                one.parameters().stream().map(parameter -> named(parameter, label)).toList();
            String tensor = named(one.tensor(), label);
            packed.add(
                new Packed(tensor, held, one.axis(), one.transposed(), one.rank(), one.behind()));
          }
        }
      }
    }
    return new ParameterLayout(packed);
  }

  /** The parameters of the joined layers that have a head of an output. */
  private Set<String> parameters(int source, String output) {
    Set<String> parameters = new HashSet<>();
    for (Head head : heads.get(source).all().values()) {
      if (head.output().equals(output)) {
        parameters.addAll(parameters(joined.get(source), head.kind()));
      }
    }
    return parameters;
  }
}
