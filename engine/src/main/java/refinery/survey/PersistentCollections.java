package refinery.survey;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.pcollections.OrderedPMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * Reads and writes persistent maps and sets as JSON. A sorted map is written as a list of its
 * different values, each with the keys that have it, because most of many batches have equal
 * values. That is short and quick to read, and after reading equal values are one object.
 */
final class PersistentCollections {
  private PersistentCollections() {}

  /** A value of a map, and all keys that have it. */
  record Alike<K, V>(V value, List<K> keys) {}

  static Module module() {
    SimpleModule module = new SimpleModule("persistent collections");
    module.setSerializers(new Serializers());
    module.setDeserializers(new Deserializers());
    return module;
  }

  private static JavaType alike(TypeFactory types, MapType map) {
    return types.constructCollectionType(
        ArrayList.class,
        types.constructParametricType(Alike.class, map.getKeyType(), map.getContentType()));
  }

  private static final class Serializers extends SimpleSerializers {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonSerializer<?> findMapSerializer(
        SerializationConfig config,
        MapType type,
        BeanDescription bean,
        JsonSerializer<Object> keys,
        TypeSerializer valueTypes,
        JsonSerializer<Object> values) {
      return type.hasRawClass(TreePMap.class)
          ? new StdDelegatingSerializer(
              new Conversion(
                  PersistentCollections::grouped, types -> type, types -> alike(types, type)))
          : null;
    }
  }

  private static final class Deserializers extends SimpleDeserializers {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonDeserializer<?> findMapDeserializer(
        MapType type,
        DeserializationConfig config,
        BeanDescription bean,
        KeyDeserializer keys,
        TypeDeserializer valueTypes,
        JsonDeserializer<?> values) {
      if (type.hasRawClass(TreePMap.class)) {
        return reader(type, PersistentCollections::alike, PersistentCollections::sorted);
      }
      return type.hasRawClass(OrderedPMap.class)
          ? reader(
              type,
              (types, map) ->
                  types.constructMapType(
                      LinkedHashMap.class, map.getKeyType(), map.getContentType()),
              PersistentCollections::ordered)
          : null;
    }

    @Override
    public JsonDeserializer<?> findCollectionDeserializer(
        CollectionType type,
        DeserializationConfig config,
        BeanDescription bean,
        TypeDeserializer elementTypes,
        JsonDeserializer<?> elements) {
      return type.hasRawClass(TreePSet.class)
          ? reader(
              type,
              (types, set) -> types.constructCollectionType(ArrayList.class, set.getContentType()),
              PersistentCollections::set)
          : null;
    }
  }

  private static <T extends JavaType> JsonDeserializer<?> reader(
      T type, BiFunction<TypeFactory, T, JavaType> plain, Function<Object, Object> made) {
    return new StdDelegatingDeserializer<>(
        new Conversion(made, types -> plain.apply(types, type), types -> type));
  }

  private record Conversion(
      Function<Object, Object> made,
      Function<TypeFactory, JavaType> from,
      Function<TypeFactory, JavaType> to)
      implements Converter<Object, Object> {
    @Override
    public Object convert(Object value) {
      return made.apply(value);
    }

    @Override
    public JavaType getInputType(TypeFactory types) {
      return from.apply(types);
    }

    @Override
    public JavaType getOutputType(TypeFactory types) {
      return to.apply(types);
    }
  }

  private static Object grouped(Object map) {
    Map<Object, List<Object>> keys = new LinkedHashMap<>();
    ((Map<?, ?>) map)
        .forEach((key, value) -> keys.computeIfAbsent(value, v -> new ArrayList<>()).add(key));
    List<Alike<Object, Object>> groups = new ArrayList<>(keys.size());
    keys.forEach((value, same) -> groups.add(new Alike<>(value, same)));
    return groups;
  }

  @SuppressWarnings("unchecked") // keys of a TreePMap can be compared
  private static Object sorted(Object groups) {
    TreeMap<Comparable<Object>, Object> map = new TreeMap<>();
    for (Alike<?, ?> group : (List<Alike<?, ?>>) groups) {
      group.keys().forEach(key -> map.put((Comparable<Object>) key, group.value()));
    }
    return TreePMap.fromSortedMap(map);
  }

  @SuppressWarnings("unchecked")
  private static Object ordered(Object map) {
    return OrderedPMap.<Object, Object>from((Map<Object, Object>) map);
  }

  @SuppressWarnings("unchecked")
  private static Object set(Object elements) {
    return TreePSet.<Comparable<Object>>from((List<Comparable<Object>>) elements);
  }
}
