package dev.pleas.models.vit;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds the graph of a vision transformer:
 *
 * <pre>
 * tokens   patches, in a row; class and distillation token before them; position embedding
 *          (before the tokens are prepended, where it has none for them); norm_pre
 * block i  x + ls1 · attn.proj(attention(attn.q, attn.k, attn.v of norm1(x)))
 *          x + ls2 · mlp.fc2(gelu(mlp.fc1(norm2(x))))
 * head     norm, and what {@link VitHead} makes of it
 * </pre>
 *
 * Names are the same whatever the layout, so the same network is the same graph.
 */
final class VitBuilder {
  private static final String INPUT = "input";

  private final Scheme scheme;
  private final TensorView view;
  private final VitSettings settings;
  private final VitParts parts;
  private int width;
  private int depth;
  private int heads;

  VitBuilder(Scheme scheme, TensorView view, VitSettings settings) {
    this.scheme = scheme;
    this.view = view;
    this.settings = settings;
    this.parts = new VitParts(view, settings.epsilon(clip()));
  }

  /** Whether this is a tower of CLIP in timm's layout: only those have no bias and a norm_pre. */
  private boolean clip() {
    return scheme == Scheme.TIMM
        && view.has("norm_pre.weight")
        && !view.has(scheme.patch + ".bias");
  }

  /**
   * Builds the graph.
   *
   * @param given the shape of an input, or null for the usual one
   * @throws ModelException if a tensor is missing or does not fit, naming it
   */
  Adaptation.Adapted build(@Nullable Shape given) {
    Shape patch = parts.patches(scheme.patch, INPUT);
    width = patch.dim(0);
    scheme.embeddings.passengers().forEach(view::passenger);
    depth = view.count(Pattern.compile(Pattern.quote(scheme.blocks) + "(\\d{1,4})\\."));
    Op gelu = new Op.Gelu(settings.gelu());
    VitTokens tokens = new VitTokens(scheme, view, settings, parts, patch);
    Shape input = tokens.append(given);
    String x = tokens.value();
    int hidden = 0;
    for (int i = 0; i < depth; i++) {
      String from = scheme.blocks + i + ".";
      hidden = view.info(oneOf(from, scheme.block.fc1()) + ".weight").shape().toList().get(0);
      x = block("blocks." + i, from, x, gelu, Published.of(width, depth, hidden));
    }
    Map<String, String> outputs =
        new VitHead(scheme, view, settings, parts, tokens.prefix(), tokens.all(), width).append(x);
    Graph graph =
        new Graph(name(patch, hidden), Map.of(INPUT, input), parts.nodes, outputs, parts.inOrder());
    return new Adaptation.Adapted(graph, parts.layout(), view.passengers(), settings.notes());
  }

  /**
   * Throws if a block has something that another has not: each bias and each layer scale may be
   * absent, but then from all blocks.
   */
  void refuseIrregular() {
    Map<String, String> examples = new LinkedHashMap<>();
    Pattern start = Pattern.compile(Pattern.quote(view.fullName(scheme.blocks)) + "\\d+\\.");
    for (String name : view.parameters().keySet()) {
      Matcher matcher = start.matcher(name);
      if (matcher.lookingAt()) {
        examples.putIfAbsent(name.substring(matcher.end()), name);
      }
    }
    for (int i = 0; i < depth; i++) {
      for (Map.Entry<String, String> example : examples.entrySet()) {
        String name = scheme.blocks + i + "." + example.getKey();
        if (!view.has(name)) {
          throw new ModelException(
              view.fullName(name)
                  + ": missing, though there is "
                  + example.getValue()
                  + ": the checkpoint is incomplete");
        }
      }
    }
  }

  private String block(String name, String from, String x, Op gelu, @Nullable Published published) {
    Scheme.Block names = scheme.block;
    String y = parts.layerNorm(name + ".norm1", from + names.norm1(), width, x);
    y = attention(name + ".attn", from, y, published);
    y = parts.scaleIfThere(name + ".ls1", at(from, names.scale1()), width, y);
    String middle = parts.node(name + ".add1", new Op.Add(), x, y);
    y = parts.layerNorm(name + ".norm2", from + names.norm2(), width, middle);
    y = parts.linear(name + ".mlp.fc1", oneOf(from, names.fc1()), width, -1, y);
    int hidden = parts.shape(y + ".weight").dim(0);
    y = parts.node(name + ".mlp.act", gelu, y);
    y = parts.linear(name + ".mlp.fc2", oneOf(from, names.fc2()), hidden, width, y);
    y = parts.scaleIfThere(name + ".ls2", at(from, names.scale2()), width, y);
    return parts.node(name + ".add2", new Op.Add(), middle, y);
  }

  private String attention(String name, String from, String x, @Nullable Published published) {
    List<String> projections = new ArrayList<>();
    @Nullable String fused = at(from, scheme.block.fused());
    List<String> names = List.of(name + ".q", name + ".k", name + ".v");
    String rowsOf;
    if (fused != null) {
      rowsOf = fused + "weight";
      List<String> weights = names.stream().map(n -> n + ".weight").toList();
      List<String> biases = names.stream().map(n -> n + ".bias").toList();
      int rows = parts.shared(weights, rowsOf, 0, -1, width).dim(0);
      boolean bias = view.has(fused + "bias");
      if (bias) {
        parts.shared(biases, fused + "bias", 0, 3 * rows);
      }
      for (int i = 0; i < 3; i++) {
        Op op = new Op.Linear(weights.get(i), bias ? biases.get(i) : null);
        projections.add(parts.node(names.get(i), op, x));
      }
    } else {
      rowsOf = from + scheme.block.apart().get(0) + ".weight";
      for (int i = 0; i < 3; i++) {
        int same = i == 1 ? rows(names.get(0)) : -1; // as many keys as queries
        projections.add(
            parts.linear(names.get(i), from + scheme.block.apart().get(i), width, same, x));
      }
    }
    int rows = rows(names.get(0));
    heads = settings.heads(view.fullName(rowsOf), rows, published);
    if (rows(names.get(2)) % heads != 0) {
      throw new ModelException(
          view.fullName(from + scheme.block.apart().get(2) + ".weight")
              + ": "
              + heads
              + " heads do not divide the "
              + rows(names.get(2))
              + " values; the checkpoint is damaged or of a variant that is not supported");
    }
    double scale = 1 / Math.sqrt((double) rows / heads);
    String y = parts.node(name, new Op.Attention(heads, scale), projections.toArray(new String[0]));
    return parts.linear(
        name + ".proj", from + scheme.block.project(), rows(names.get(2)), width, y);
  }

  private int rows(String linear) {
    return parts.shape(linear + ".weight").dim(0);
  }

  /** The module of several names that is there, in any block; the first if none is. */
  private String oneOf(String from, List<String> names) {
    return from
        + names.stream()
            .filter(name -> view.names().stream().anyMatch(n -> n.contains("." + name + ".")))
            .findFirst()
            .orElse(names.get(0));
  }

  private static @Nullable String at(String from, @Nullable String name) {
    return name == null ? null : from + name;
  }

  private String name(Shape patch, int hidden) {
    String size =
        patch.dim(2) == patch.dim(3)
            ? Integer.toString(patch.dim(2))
            : patch.dim(2) + "x" + patch.dim(3);
    @Nullable Published published = Published.of(width, depth, hidden);
    return published != null && published.heads() == heads
        ? published.name() + "/" + size
        : "vit[width="
            + width
            + ",depth="
            + depth
            + ",heads="
            + heads
            + ",mlp="
            + hidden
            + ",patch="
            + size
            + "]";
  }
}
