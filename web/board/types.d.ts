// What the vendored file of Preact and htm exports, and what else the type checker cannot find.

declare module "preact" {
  export type VNode = { type: any; props: any; key: any };
  export type Children = VNode | string | number | null | undefined | boolean | Children[];
  export type Ref<T> = { current: T };
  export const html: (strings: TemplateStringsArray, ...values: any[]) => VNode;
  export function h(type: any, props: any, ...children: any[]): VNode;
  export function render(tree: VNode, parent: Element): void;
  export class Component<P = any, S = any> {
    props: P;
    state: S;
    setState(change: Partial<S>): void;
    componentDidCatch?(err: unknown): void;
    render(props: P, state: S): any;
  }
  export function createContext<T>(first: T): { Provider: any; Consumer: any };
  export function useState<T>(first: T | (() => T)): [T, (next: T | ((now: T) => T)) => void];
  export function useReducer<S, A>(step: (now: S, action: A) => S, first: S): [S, (action: A) => void];
  export function useEffect(run: () => void | (() => void), of?: any[]): void;
  export function useLayoutEffect(run: () => void | (() => void), of?: any[]): void;
  export function useRef<T>(first: T): Ref<T>;
  export function useMemo<T>(make: () => T, of: any[]): T;
  export function useCallback<F>(f: F, of: any[]): F;
  export function useContext<T>(of: { Provider: any }): T;
}
